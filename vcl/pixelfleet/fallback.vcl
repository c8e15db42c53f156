# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# A picture in place of one that is not there, where the site names one: the
# fallback, rendered by the operations that were asked for.  It is sent with
# the status of what went wrong, and kept for a moment only.
#
# It is fetched by a retry.  bereq.http.Fleet-Fallback is that status; when the
# fallback cannot be had either, "none", and another retry makes the answer
# that there would have been without one.
#
# What is sent to an origin itself does not carry that header, so there are no
# fallbacks without a source door.

# In place of the original, where it is the fallback's turn.
sub pixelfleet_fallback_fetch {
	if (bereq.http.Fleet-Fallback && bereq.http.Fleet-Fallback != "none") {
		set bereq.url = images.fallback();
		# Those are about what is in the cache.
		unset bereq.http.If-None-Match;
		unset bereq.http.If-Modified-Since;
	}
}

# There is no picture, for a reason that has the status beresp.status.
sub pixelfleet_fallback_failed {
	if (images.fallback() != "" && cluster.has_source() &&
	    bereq.http.Fleet-Fallback != "none") {
		if (bereq.http.Fleet-Fallback) {
			std.log("fallback: unusable, status " + beresp.status);
			set bereq.http.Fleet-Fallback = "none";
		} else {
			set bereq.http.Fleet-Fallback = beresp.status;
		}
		return (retry);
	}
}

# The fallback is there.  It is stored as 200, since nothing else is rendered,
# and nothing may be revalidated with what it says of itself.
sub pixelfleet_fallback_response {
	set beresp.http.Image-Status = images.fallback_status(
	    std.integer(bereq.http.Fleet-Fallback, 404));
	unset beresp.http.ETag;
	unset beresp.http.Last-Modified;
	unset beresp.http.Expires;
	set beresp.http.Cache-Control = "max-age=" +
	    std.integer(duration=images.fallback_ttl());
	set beresp.ttl = images.fallback_ttl();
	set beresp.grace = 0s;
	set beresp.keep = 0s;
}

sub pixelfleet_fallback_deliver {
	if (resp.http.Image-Status) {
		set resp.status = std.integer(resp.http.Image-Status, 404);
	}
}
