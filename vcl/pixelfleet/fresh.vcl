# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# That nothing is served that was purged.  A purge is a ban; but bans are held
# against objects that are older than they, and an object that was being fetched
# then is younger.  So a fetch is marked when it begins, and the mark, in
# Image-Began, is looked at here.
#
# An object that was hit and is not good any more is dropped, or expired where
# the purge was a soft one, and the request starts again, with
# req.http.Fleet-Again.

# A request starts (again), on any door.
sub pixelfleet_fresh_recv {
	if (req.restarts == 0) {
		unset req.http.Fleet-Again;
	}
}

# A request looks for its object.
sub pixelfleet_fresh_hash {
	cluster.purge_look();
	if (cluster.behind() != "") {
		# Whatever is there may have been purged.
		set req.hash_always_miss = true;
	}
}

sub pixelfleet_fresh_hit {
	if (cluster.purge_hit(req.http.Fleet-Kind == "source")) {
		if (req.http.Fleet-Again) {
			# Not a third time.
			set req.hash_always_miss = true;
		}
		set req.http.Fleet-Again = "purged";
		return (restart);
	}
	if (obj.ttl <= 0s) {
		set req.http.Fleet-Looked = cluster.purge_looked();
	}
}

sub pixelfleet_fresh_miss {
	set req.http.Fleet-Looked = cluster.purge_looked();
}

# Something is fetched that may be kept.
sub pixelfleet_fresh_fetch {
	cluster.purge_begin(bereq.http.Fleet-Looked);
}

# It is this original.  What was wrong with it before it was purged, may be right
# now.
sub pixelfleet_fresh_forget {
	if (images.remembers(bereq.url) && cluster.purged(bereq.url)) {
		images.forget(bereq.url);
	}
}

# It is there.  One retry may save a fetch; with none, what was purged goes as
# soon as it has been stored.
sub pixelfleet_fresh_response {
	if (!cluster.purge_seal() && bereq.retries == 0) {
		return (retry);
	}
}

sub pixelfleet_fresh_error {
	cluster.purge_seal();
}

# The tags that an origin gave.
sub pixelfleet_fresh_tags {
	std.collect(beresp.http.Cache-Tag);
	std.collect(beresp.http.Surrogate-Key);
	if (beresp.http.Cache-Tag && beresp.http.Surrogate-Key) {
		set beresp.http.Image-Tags = beresp.http.Cache-Tag + ", " +
		    beresp.http.Surrogate-Key;
	} else if (beresp.http.Cache-Tag) {
		set beresp.http.Image-Tags = beresp.http.Cache-Tag;
	} else if (beresp.http.Surrogate-Key) {
		set beresp.http.Image-Tags = beresp.http.Surrogate-Key;
	} else if (!beresp.was_304) {
		unset beresp.http.Image-Tags;
	}
	unset beresp.http.Cache-Tag;
	unset beresp.http.Surrogate-Key;
}
