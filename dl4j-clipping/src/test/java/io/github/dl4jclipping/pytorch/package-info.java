/** Parity with PyTorch, which runs in the same JVM. */
package io.github.dl4jclipping.pytorch;
