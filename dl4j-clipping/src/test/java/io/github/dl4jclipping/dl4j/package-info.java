/** What this library knows about DL4J and ND4J, each fact on DL4J alone. */
package io.github.dl4jclipping.dl4j;
