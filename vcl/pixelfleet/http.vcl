# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# The public door: clients' requests, which this node either forwards to the
# image's owner or, as the owner, does itself.

sub pixelfleet_http_recv {
	if (cluster.took_over()) {
		# A restart.  What was parsed still stands.
		unset req.http.Fleet-To;
		call pixelfleet_lookup;
	}
	fleet.strip("Fleet-");
	set req.http.X-Request-Id = fleet.request_id(req.http.X-Request-Id);
	if (cluster.is_secret(req.http.X-Image-Debug)) {
		set req.http.Fleet-Debug = "true";
	}
	unset req.http.X-Image-Debug;

	if (req.method != "GET" && req.method != "HEAD") {
		return (synth(405, "This server answers GET and HEAD."));
	}
	if (req.url == "/health" || cluster.health_status(req.url) > 0) {
		if (cluster.draining()) {
			return (synth(503, "draining"));
		}
		if (req.url == "/health") {
			return (synth(200, "healthy"));
		}
		return (synth(cluster.health_status(req.url),
		    cluster.health_text(req.url)));
	}

	# Images are for everybody: nothing about the client but what it
	# accepts may have a part in them.
	unset req.http.Cookie;
	unset req.http.Authorization;
	if (!images.parse(req.url, req.http.Accept)) {
		return (synth(images.status(), images.error()));
	}
	set req.url = images.canonical();
	# What nodes ask each other.  Forwarded, it would be the owner's answer
	# to this node that the client got.
	if (req.url == "/fleet/probe" || req.url == "/fleet/state") {
		return (synth(404, "There is nothing at this path."));
	}

	if (cluster.route(images.source())) {
		if (cluster.home() != "") {
			set req.http.Fleet-Home = cluster.home();
		}
		set req.backend_hint = cluster.backend();
		return (pass);
	}
	call pixelfleet_lookup;
}

# An answer of the owner.  One that cannot be trusted is thrown away, and
# the client's request starts again, as this node's own work.
sub pixelfleet_http_response {
	if (!cluster.admits_response()) {
		return (error(503, cluster.reason()));
	}
	return (deliver);
}

sub pixelfleet_http_error {
	set beresp.http.Fleet-Failed = beresp.reason;
	set beresp.uncacheable = true;
	set beresp.ttl = 0s;
}

sub pixelfleet_http_deliver {
	if (resp.http.Fleet-Failed && req.http.Fleet-To) {
		cluster.take_over(resp.http.Fleet-Failed);
		return (restart);
	}
	cluster.settle();
	if (!req.http.Fleet-To) {
		call pixelfleet_variant_deliver;
	}
	call pixelfleet_http_vary;
	call pixelfleet_log_access;
	set resp.http.X-Request-Id = req.http.X-Request-Id;

	if (req.http.Fleet-Debug) {
		set resp.http.X-Image-Front = cluster.self();
		set resp.http.X-Image-Owner = cluster.owner();
		if (resp.http.Fleet-Cache) {
			set resp.http.X-Image-Cache = resp.http.Fleet-Cache;
		} else {
			set resp.http.X-Image-Cache = req.http.Fleet-Cache;
		}
		set resp.http.X-Image-Source = images.source();
		set resp.http.X-Image-Operations = images.operations();
		set resp.http.X-Image-Config = cluster.config_hash();
		set resp.http.X-Image-Render-Ms = resp.http.Image-Render-Ms;
	}
	call pixelfleet_http_clean;
}

sub pixelfleet_http_synth {
	if (req.http.Fleet-To && !cluster.took_over()) {
		# The owner's answer broke off before any of it was sent on.
		cluster.take_over("its answer broke off");
		return (restart);
	}
	if (resp.status == 405) {
		set resp.http.Allow = "GET, HEAD";
	}
	set resp.body = req.http.Fleet-Sentence + {"
"};
	call pixelfleet_http_vary;
	call pixelfleet_log_access;
	set resp.http.X-Request-Id = req.http.X-Request-Id;
	call pixelfleet_http_clean;
}

# On every answer to a request whose format was left to negotiation, so that
# no cache on the way gives one client another's format.
sub pixelfleet_http_vary {
	if (images.varies()) {
		set resp.http.Vary = "Accept";
	}
}

sub pixelfleet_http_clean {
	fleet.strip("Fleet-");
	fleet.strip("Image-");
}
