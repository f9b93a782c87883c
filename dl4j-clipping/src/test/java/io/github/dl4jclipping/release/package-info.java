/** What is published: the POM, the jars and what is in them. */
package io.github.dl4jclipping.release;
