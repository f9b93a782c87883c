/** Random networks, trained and replayed: whatever DL4J can build. */
package io.github.dl4jclipping.random;
