# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Originals.  The node asks itself for one through the source door, so that
# it is an object of its own: fetched from the origin once, whatever is made
# from it.

sub pixelfleet_source_recv {
	if (req.restarts == 0) {
		fleet.strip("Fleet-");
	}
	set req.http.Fleet-Kind = "source";
	return (hash);
}

# To the origin, with nothing in the request that could make its answer
# depend on who asked first: the object is everybody's.  Host is the
# backend's own for the same reason.  The conditions are Varnish's.
sub pixelfleet_source_fetch {
	call pixelfleet_fresh_forget;
	fleet.strip_client(
	    "X-Request-Id, Via, If-None-Match, If-Modified-Since");
	unset bereq.http.Host;
	set bereq.http.User-Agent = "pixelfleet";
	fleet.strip("Fleet-");
}

sub pixelfleet_source_response {
	call pixelfleet_source_clean;
	if (!images.bound()) {
		return (error(images.status(), images.error()));
	}
	if (!beresp.http.ETag && !beresp.http.Last-Modified) {
		# Variants are revalidated with something, and what cannot be
		# is not held while the origin is down.  Good for this fetch.
		set beresp.http.ETag = {"""} + std.integer(time=now) + "-" +
		    bereq.xid + {"""};
	}
	call pixelfleet_fresh_tags;
	set beresp.http.Image-Source = bereq.url;
	set beresp.http.Image-Origin-Status = beresp.status;
	call pixelfleet_lifetime;
}

# What an origin may not say.
sub pixelfleet_source_clean {
	fleet.strip("Fleet-");
	# Of a 304, those are what is in the cache already.
	if (!beresp.was_304) {
		fleet.strip("Image-");
	}
	unset beresp.http.Set-Cookie;
	# The request was stripped of what there is to vary on.
	if (beresp.http.Vary != "*") {
		unset beresp.http.Vary;
	}
}

sub pixelfleet_source_deliver {
	if (req.http.Fleet-Cache == "hit") {
		# The origin was asked some other time.
		unset resp.http.Image-Origin-Status;
	}
	if (req.http.Fleet-Stale == "used" ||
	    req.http.Fleet-Stale == "purged") {
		set resp.http.Fleet-Stale = req.http.Fleet-Stale;
	}
}

# The origin could not be reached, or what it has is too large.
sub pixelfleet_source_error {
	set beresp.http.Image-Source = bereq.url;
	call pixelfleet_log_work;
	set beresp.ttl = 1s;
	set beresp.grace = 0s;
	set beresp.http.Content-Type = "text/plain; charset=utf-8";
	set beresp.http.Cache-Control = "no-store";
	if (images.error() != "") {
		set beresp.ttl = 5s;
		set beresp.body = images.error() + {"
"};
	} else {
		set beresp.body = {"The origin of this image cannot be reached.
"};
	}
}
