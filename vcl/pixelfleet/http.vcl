# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# The public door: clients' requests, which this node either forwards to the
# image's owner or, as the owner, does itself.

sub pixelfleet_http_recv {
	if (cluster.took_over() || req.http.Fleet-Stale ||
	    req.http.Fleet-Again) {
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
		if (cluster.behind() != "") {
			return (synth(503, cluster.behind()));
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
	call pixelfleet_http_parse;
	set req.url = images.canonical();
	# What nodes ask each other.  Forwarded, it would be the owner's answer
	# to this node that the client got.
	if (req.url == "/fleet/probe" || req.url == "/fleet/state" ||
	    req.url == "/fleet/purge") {
		return (synth(404, "There is nothing at this path."));
	}

	if (cluster.route(images.source())) {
		if (cluster.home() != "") {
			set req.http.Fleet-Home = cluster.home();
		}
		# Varnish fails a pass with a Range that it does not like.
		# Ranges are cut here, then, as of what is in the cache.
		if (req.http.Range) {
			set req.http.Fleet-Range = req.http.Range;
			unset req.http.Range;
		}
		return (pass);
	}
	call pixelfleet_lookup;
}

# Hints by their old names.
sub pixelfleet_http_hints {
	if (req.http.DPR && !req.http.Sec-CH-DPR) {
		set req.http.Sec-CH-DPR = req.http.DPR;
	}
	if (req.http.Width && !req.http.Sec-CH-Width) {
		set req.http.Sec-CH-Width = req.http.Width;
	}
	if (req.http.Viewport-Width && !req.http.Sec-CH-Viewport-Width) {
		set req.http.Sec-CH-Viewport-Width = req.http.Viewport-Width;
	}
}

# What the client asks for, and whether it may.
sub pixelfleet_http_parse {
	call pixelfleet_http_hints;
	if (!images.parse(req.url, req.http.Accept, req.http.Sec-CH-DPR,
	    req.http.Sec-CH-Width, req.http.Sec-CH-Viewport-Width,
	    req.http.Save-Data)) {
		if (req.http.Fleet-Debug &&
		    req.url ~ "[?&]explain=(true|1)(&|$)") {
			call pixelfleet_http_explain;
		}
		return (synth(images.status(), images.error()));
	}
	if (images.explains()) {
		call pixelfleet_http_explain;
	}
	if (!images.admits()) {
		return (synth(images.status(), images.error()));
	}
}

# For who has the secret, or a URL that is signed.
sub pixelfleet_http_explain {
	if (!images.admits() && images.status() == 403 &&
	    !req.http.Fleet-Debug) {
		return (synth(403, images.error()));
	}
	if (!req.http.Fleet-Debug && images.signature() != "valid") {
		return (synth(401, "explain=true is for signed URLs, and for "
		    + "operators"));
	}
	set req.http.Fleet-Explain = "true";
	if (images.source() != "" && cluster.route(images.source())) {
		# Only to know the owner.
		unset req.http.Fleet-To;
	}
	cluster.settle();
	return (synth(200, "explained"));
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
	if (req.http.Fleet-Range) {
		set req.http.Range = req.http.Fleet-Range;
	}
	if (!req.http.Fleet-To) {
		call pixelfleet_variant_deliver;
	}
	call pixelfleet_http_vary;
	if (resp.status == 503 && !resp.http.Retry-After) {
		set resp.http.Retry-After = images.retry_after();
	}
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
	} else if (resp.status == 401) {
		# RFC 9110 wants a challenge; no browser asks its user for one
		# of a scheme that it does not know.
		set resp.http.WWW-Authenticate = "URL-Signature";
	}
	if (req.http.Fleet-Explain) {
		set resp.http.Content-Type = "application/json";
		set resp.body = images.explain(cluster.owner());
	} else {
		set resp.body = req.http.Fleet-Sentence + {"
"};
	}
	call pixelfleet_http_vary;
	call pixelfleet_log_access;
	set resp.http.X-Request-Id = req.http.X-Request-Id;
	call pixelfleet_http_clean;
}

# On every answer to a request in which a header of the client had a part, so
# that no cache on the way gives one client what is for another.
sub pixelfleet_http_vary {
	if (images.vary() != "") {
		set resp.http.Vary = images.vary();
	}
}

sub pixelfleet_http_clean {
	fleet.strip("Fleet-");
	fleet.strip("Image-");
}
