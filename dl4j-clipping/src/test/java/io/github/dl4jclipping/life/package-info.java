/** What happens to a network in its life: ways to train, workers, copies, listeners, faults. */
package io.github.dl4jclipping.life;
