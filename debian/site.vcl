# A site of one node.  For a cluster, add its nodes, and copy this file to
# each of them: it must be the same on all.  See pixelfleet(7).

vcl 4.1;

import fleet;
import vips;

# Where the originals are.
backend origin {
	.host = "127.0.0.1";
	.port = "8080";
}

sub vcl_init {
	new cluster = fleet.director();
	# Up to the name of this node, in /etc/pixelfleet/node.conf.
	cluster.add_node("a", "127.0.0.1");
	new images = vips.images();
}

include "pixelfleet/pixelfleet.vcl";
