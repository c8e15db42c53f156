# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# The door for the other nodes.  What comes in here is done here, as the
# owner, and never forwarded.

sub pixelfleet_cluster_recv {
	if (req.http.Fleet-Stale || req.http.Fleet-Again) {
		# A restart: the signature has been used.
		call pixelfleet_lookup;
	}
	if (!cluster.admits_request()) {
		return (synth(cluster.status(), cluster.reason()));
	}
	if (req.url == "/fleet/probe") {
		if (cluster.draining()) {
			return (synth(503, "This node is draining."));
		}
		return (synth(200, "ready"));
	}
	if (req.url == "/fleet/state") {
		return (synth(200, "state"));
	}
	if (req.url == "/fleet/purge") {
		if (req.method != "POST" || !cluster.purge_receive()) {
			return (synth(400, "These are no purges."));
		}
		return (synth(200, "purges"));
	}
	if (req.method != "GET" && req.method != "HEAD") {
		return (synth(405, "This door answers GET and HEAD."));
	}
	fleet.strip("Fleet-");
	if (!images.parse(req.url)) {
		return (synth(images.status(), images.error()));
	}
	set req.url = images.canonical();
	call pixelfleet_lookup;
}

sub pixelfleet_cluster_deliver {
	cluster.settle();
	call pixelfleet_variant_deliver;
	set resp.http.Fleet-Cache = req.http.Fleet-Cache;
	call pixelfleet_cluster_sign;
}

# Every answer of this door says whose it is and of what configuration.  One
# that is about the request and not about the image says so, too.
sub pixelfleet_cluster_synth {
	if (resp.status != 200 && resp.status != 400) {
		set resp.http.Fleet-Refused = req.http.Fleet-Sentence;
	}
	if (req.url == "/fleet/purge" && resp.status == 200) {
		cluster.purge_answer();
	} else {
		set resp.body = req.http.Fleet-Sentence + {"
"};
	}
	call pixelfleet_cluster_sign;
}

sub pixelfleet_cluster_sign {
	set resp.http.Fleet-Config = cluster.config_hash();
	set resp.http.Fleet-Node = cluster.self();
	set resp.http.Fleet-Load = cluster.load();
	set resp.http.Fleet-Purge = cluster.purge_position();
}
