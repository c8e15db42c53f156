# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Purges, as an operator asks for them on the admin door: DELETE or PURGE of a
# URL.

sub pixelfleet_purge_recv {
	# Tags are a list, and may come in several headers.
	std.collect(req.http.Fleet-Purge-Tag, ",");
	if (req.http.Fleet-Purge-By == "variant") {
		call pixelfleet_purge_one;
	}
	if (!images.parse(req.url)) {
		return (synth(images.status(), images.error()));
	}
	if (images.varies()) {
		# Clients are given different variants of this URL: all of
		# them, then, with their original.
		return (synth(cluster.purge_request(images.source()),
		    "purge"));
	}
	return (synth(cluster.purge_request(images.source(),
	    images.operations()), "purge"));
}

# The variant that a client with these headers is given.
sub pixelfleet_purge_one {
	call pixelfleet_http_hints;
	if (!images.parse(req.url, req.http.Accept, req.http.Sec-CH-DPR,
	    req.http.Sec-CH-Width, req.http.Sec-CH-Viewport-Width,
	    req.http.Save-Data)) {
		return (synth(images.status(), images.error()));
	}
	return (synth(cluster.purge_request(images.source(),
	    images.operations()), "purge"));
}

# The answer, on any door.
sub pixelfleet_purge_synth {
	if (cluster.purge_json() != "") {
		set resp.http.Content-Type = "application/json";
		set resp.body = cluster.purge_json();
	} else {
		set resp.body = cluster.reason() + {"
"};
	}
	if (resp.status == 429) {
		set resp.http.Retry-After = cluster.retry_after();
	}
}
