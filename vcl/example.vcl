# A site: three nodes, one origin.  The same file runs on every node;
# which of them a node is, it knows from `varnishd -i a`.

vcl 4.1;

import fleet;
import vips;

backend origin {
	.host = "images.example.com";
	.port = "80";
}

sub vcl_init {
	new cluster = fleet.director();
	cluster.add_node("a", "192.0.2.1");
	cluster.add_node("b", "192.0.2.2");
	cluster.add_node("c", "192.0.2.3");
	new images = vips.images();
}

include "pixelfleet/pixelfleet.vcl";
