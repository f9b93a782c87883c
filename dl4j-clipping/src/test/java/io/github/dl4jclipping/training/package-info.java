/** What a step does to real networks: every policy, rule and precision, beside stock DL4J. */
package io.github.dl4jclipping.training;
