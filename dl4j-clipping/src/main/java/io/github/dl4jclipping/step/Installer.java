package io.github.dl4jclipping.step;

/** Marks the listeners that install clipping, so that they can be found and removed. */
public interface Installer {}
