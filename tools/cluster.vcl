# The VCL of a local cluster.  tools/cluster writes the two files that begin
# with "cluster-": the origin, and the nodes with their ports.

vcl 4.1;

import fleet;
import vips;

include "cluster-origin.vcl";

sub vcl_init {
	new cluster = fleet.director();
	new images = vips.images();
}

include "cluster-nodes.vcl";
include "pixelfleet/pixelfleet.vcl";
