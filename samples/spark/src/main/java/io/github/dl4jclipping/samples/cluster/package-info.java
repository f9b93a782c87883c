/**
 * Brings what Spark's executors report to the driver; ready to copy into one's own Spark program.
 *
 * <p>Knows nothing of the samples that use it.
 */
@NullMarked
package io.github.dl4jclipping.samples.cluster;

import org.jspecify.annotations.NullMarked;
