package io.github.dl4jclipping.random;

/** What a network can be pieced together of. */
interface PieceKind {

  /** Returns whether it takes activations of that rank, and gives some of the same rank. */
  boolean fits(Rank rank);

  /** Returns whether only a graph can hold it. */
  boolean needsGraph();

  /** Adds it to the end of a network. */
  void addTo(Assembly assembly, Rank rank, int size);
}
