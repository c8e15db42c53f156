# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# What has expired and is used all the same.  For as long as its
# Image-Stale-While says, at once, while it is renewed behind the client's
# back: Varnish does that by itself.  After that, until the end of its grace,
# only where it cannot be renewed.  For an original that a variant is to be
# made from that time is nought, since the variant would pass for fresh.
#
# So a hit on something that old is given up, and the request starts again as a
# miss with req.http.Fleet-Stale "held".  When that fetch fails it is
# abandoned, which leaves the old object where it is, and the request starts
# once more, with Fleet-Stale "used", and hits it.  Where it was purged softly,
# that makes "purged" of it.

# A request starts (again), on any door.
sub pixelfleet_stale_recv {
	if (req.restarts == 0) {
		unset req.http.Fleet-Stale;
	}
	if (req.http.Fleet-Stale == "held") {
		set req.grace = 0s;
	} else if (req.http.Fleet-Stale == "used") {
		# A restart keeps what was set before: any.
		set req.grace = 3650d;
	}
}

sub pixelfleet_stale_hit {
	if (obj.ttl > 0s) {
		unset req.http.Fleet-Stale;
	} else if (req.http.Fleet-Stale != "used" &&
	    (req.http.Fleet-Kind == "source" || (obj.ttl +
	    std.duration(obj.http.Image-Stale-While + "s", 0s) <= 0s &&
	    !cluster.purge_stale()))) {
		if (images.failed_lately(images.source())) {
			set req.http.Fleet-Stale = "used";
		} else {
			set req.http.Fleet-Stale = "held";
			return (restart);
		}
	}
	if (req.http.Fleet-Stale == "used" && cluster.purge_stale()) {
		set req.http.Fleet-Stale = "purged";
	}
}

sub pixelfleet_stale_miss {
	if (req.http.Fleet-Stale == "used") {
		unset req.http.Fleet-Stale;
	}
}

# Others waited for the fetch that failed just now: they need not try.
sub pixelfleet_stale_fetch {
	if (images.has_stale() && images.failed_lately(bereq.url)) {
		return (abandon);
	}
}

# The fetch has failed: what is in the cache, and may be used, is better.
sub pixelfleet_stale_failed {
	if (!images.rendered() || !cluster.has_source()) {
		images.note_failure(bereq.url);
	}
	if (images.has_stale()) {
		return (abandon);
	}
}

sub pixelfleet_stale_synth {
	if (req.http.Fleet-Stale == "held" && req.http.Fleet-Cache == "miss") {
		set req.http.Fleet-Stale = "used";
		return (restart);
	}
}
