# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# The operators' door.

sub pixelfleet_admin_recv {
	if (!cluster.admits_operator(req.http.Authorization)) {
		return (synth(cluster.status(), cluster.reason()));
	}
	if (req.url == "/status") {
		return (synth(200, "status"));
	}
	if (req.url == "/drain" || req.url == "/undrain") {
		if (req.method != "POST") {
			return (synth(405, "To be asked for with POST."));
		}
		cluster.drain(req.url == "/drain");
		return (synth(200, "status"));
	}
	return (synth(404, "This door answers GET /status, POST /drain and "
	    + "POST /undrain."));
}

sub pixelfleet_admin_synth {
	if (resp.status == 200) {
		set resp.http.Content-Type = "application/json";
		set resp.body = cluster.status_json();
	} else {
		if (resp.status == 401) {
			set resp.http.WWW-Authenticate = "Bearer";
		}
		set resp.body = req.http.Fleet-Sentence + {"
"};
	}
}
