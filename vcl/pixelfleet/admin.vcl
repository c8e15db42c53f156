# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# The operators' door.

sub pixelfleet_admin_recv {
	if (!cluster.admits_operator(req.http.Authorization)) {
		return (synth(cluster.status(), cluster.reason()));
	}
	if (req.method == "DELETE" || req.method == "PURGE") {
		call pixelfleet_purge_recv;
	}
	if (req.url == "/drain" || req.url == "/undrain") {
		if (req.method != "POST") {
			return (synth(405, "To be asked for with POST."));
		}
		cluster.drain(req.url == "/drain");
		return (synth(200, "status"));
	}
	if (req.method != "GET" && req.method != "HEAD") {
		return (synth(405, "This door answers GET, DELETE and PURGE, "
		    + "and POST of /drain and /undrain."));
	}
	if (req.url ~ "^/purge/") {
		return (synth(cluster.purge_standing(
		    regsub(req.url, "^/purge/", "")), "purge"));
	}
	if (req.url == "/status") {
		return (synth(200, "status"));
	}
	return (synth(404, "This door answers GET /status, GET /purge/<id>, "
	    + "POST /drain, POST /undrain, and DELETE and PURGE of any URL."));
}

sub pixelfleet_admin_synth {
	if (req.http.Fleet-Sentence == "status") {
		set resp.http.Content-Type = "application/json";
		set resp.body = cluster.status_json();
	} else {
		if (resp.status == 401) {
			set resp.http.WWW-Authenticate = "Bearer";
		}
		if (resp.status == 405 && req.url ~ "^/(un)?drain$") {
			set resp.http.Allow = "POST, DELETE, PURGE";
		} else if (resp.status == 405) {
			set resp.http.Allow = "GET, HEAD, DELETE, PURGE";
		}
		set resp.body = req.http.Fleet-Sentence + {"
"};
	}
}
