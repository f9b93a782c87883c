/**
 * Sends the reports of Spark's executors to the driver; ready to copy into your own Spark program.
 *
 * <p>Does not depend on the samples that use it.
 */
@NullMarked
package io.github.dl4jclipping.samples.cluster;

import org.jspecify.annotations.NullMarked;
