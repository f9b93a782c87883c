/**
 * Shows a run on one page that opens in a browser, without a network (tested in Chromium).
 *
 * <p>Is told, as every observer; collects in bounded memory, and writes now and then. Imports
 * {@code .report} and what lies below it.
 */
@NullMarked
package io.github.dl4jclipping.report.html;

import org.jspecify.annotations.NullMarked;
