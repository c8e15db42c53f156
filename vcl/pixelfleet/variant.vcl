# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Variants: an original, fetched through the source door, and rendered on
# its way into the cache.

sub pixelfleet_variant_fetch {
	# A retry comes here again, with the URL of the original.
	if (images.canonical() == "" && !images.parse(bereq.url)) {
		return (error(images.status(), images.error()));
	}
	set bereq.url = images.source();
	call pixelfleet_fresh_forget;
	if (!images.reserve()) {
		return (abandon);
	}
	call pixelfleet_fallback_fetch;
	if (images.overlay_source() != "") {
		# That the original is what it was does not say so of the
		# overlay.
		unset bereq.http.If-None-Match;
		unset bereq.http.If-Modified-Since;
	}
	if (cluster.has_source()) {
		set bereq.backend = cluster.source();
	} else {
		call pixelfleet_source_fetch;
	}
}

sub pixelfleet_variant_response {
	if (!cluster.has_source()) {
		call pixelfleet_source_clean;
		call pixelfleet_fresh_tags;
	}
	if (beresp.status != 200 &&
	    (beresp.status < 300 || beresp.status >= 600)) {
		return (error(502, "The origin answered " + beresp.status +
		    " in place of an image."));
	}
	if (beresp.status >= 400) {
		call pixelfleet_fallback_failed;
	}
	set beresp.http.Image-Source = images.source();
	set beresp.http.Image-Operations = images.operations();
	set beresp.http.Image-Node = cluster.self();
	if (beresp.was_304) {
		# The variant in the cache stays what it is; the headers that
		# came are the original's.
		set beresp.http.Content-Type = beresp.http.Image-Type;
		call pixelfleet_log_work;
	} else if (beresp.status == 200) {
		if (!images.overlay(cluster.source_socket())) {
			return (error(images.status(), images.error()));
		}
		images.render();
		if (images.status() != 0) {
			return (error(images.status(), images.error()));
		}
	} else {
		call pixelfleet_log_work;
	}
	if (beresp.status == 200 && bereq.http.Fleet-Fallback &&
	    bereq.http.Fleet-Fallback != "none") {
		call pixelfleet_fallback_response;
	} else {
		call pixelfleet_lifetime;
	}
	if (images.overlay_source() != "") {
		call pixelfleet_variant_overlay;
	}
	fleet.strip("Fleet-");
}

# A variant with an overlay goes when that goes.
sub pixelfleet_variant_overlay {
	set beresp.http.Image-Overlay = images.overlay_source();
	if (images.overlay_tags() != "" && beresp.http.Image-Tags) {
		set beresp.http.Image-Tags = beresp.http.Image-Tags + ", " +
		    images.overlay_tags();
	} else if (images.overlay_tags() != "") {
		set beresp.http.Image-Tags = images.overlay_tags();
	}
	if (images.overlay_ttl() >= 0s && images.overlay_ttl() < beresp.ttl) {
		# Not that of a moment, which would not be stored at all.
		set beresp.ttl = images.overlay_ttl() + 1s;
	}
}

sub pixelfleet_variant_error {
	# What went wrong is the original's fault: it is no picture, it broke
	# off, or without a source door it could not be reached.
	if (beresp.status == 413 || beresp.status == 415 ||
	    beresp.status == 422 || beresp.status == 502 ||
	    (beresp.status == 503 && images.status() == 0)) {
		call pixelfleet_fallback_failed;
	}
	# Long enough to spare the renderers, short enough to outlive no cause.
	set beresp.ttl = 5s;
	set beresp.grace = 0s;
	set beresp.http.Content-Type = "text/plain; charset=utf-8";
	set beresp.http.Cache-Control = "no-store";
	set beresp.http.Image-Source = images.source();
	set beresp.http.Image-Operations = images.operations();
	if (images.overlay_source() != "") {
		set beresp.http.Image-Overlay = images.overlay_source();
	}
	set beresp.http.Image-Node = cluster.self();
	call pixelfleet_log_work;
	if (images.error() != "") {
		set beresp.body = images.error() + {"
"};
	} else if (beresp.status == 503) {
		set beresp.body = {"The original of this image cannot be had.
"};
	} else {
		set beresp.body = beresp.reason + {"
"};
	}
	if (beresp.status == 503) {
		set beresp.ttl = 1s;
		set beresp.http.Retry-After = images.retry_after();
	}
}

# What the owner's answer says about itself.
sub pixelfleet_variant_deliver {
	if (resp.http.Image-ETag) {
		# Of this variant's bytes: the object's own ETag is the
		# original's, to revalidate with.
		set resp.http.ETag = resp.http.Image-ETag;
	}
	call pixelfleet_fallback_deliver;
	# Varnish compares with one entity tag, and a client may send several.
	if (req.http.If-None-Match == "*" || (resp.http.ETag &&
	    std.strstr(req.http.If-None-Match, resp.http.ETag))) {
		set req.http.If-None-Match = resp.http.ETag;
	}
}
