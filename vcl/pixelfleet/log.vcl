# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# What varnishncsa prints, by the shipped formats: of a client's request, at
# the node that it came in at (the access log), and of a piece of work, at the
# node that did it (the application log).  The request id is in both.

# varnishncsa prints nothing for what was not logged, so say so.
sub pixelfleet_log_access {
	std.log("request_id:" + req.http.X-Request-Id);
	if (resp.http.Image-Node) {
		std.log("node:" + resp.http.Image-Node);
	} else {
		std.log("node:-");
	}
	if (resp.http.Image-Source-Bytes) {
		std.log("source_bytes:" + resp.http.Image-Source-Bytes);
		std.log("source_size:" + resp.http.Image-Source-Width + "x" +
		    resp.http.Image-Source-Height);
	} else {
		std.log("source_bytes:-");
		std.log("source_size:-");
	}
	# Only of an answer for which the origin was asked just now.
	if (resp.http.Image-Origin-Status &&
	    (resp.http.Fleet-Cache == "miss" ||
	    (!req.http.Fleet-To && req.http.Fleet-Cache == "miss"))) {
		std.log("origin_ms:" + resp.http.Image-Fetch-Ms);
		std.log("origin_status:" + resp.http.Image-Origin-Status);
	} else {
		std.log("origin_ms:-");
		std.log("origin_status:-");
	}
}

# Once for each piece: varnishncsa prints the first that it finds.  Of a
# render that succeeds, vmod_vips says so itself, when it has.
sub pixelfleet_log_work {
	if (beresp.status >= 500) {
		std.log("level:error");
	} else if (beresp.status >= 400) {
		std.log("level:warn");
	} else {
		std.log("level:info");
	}
}
