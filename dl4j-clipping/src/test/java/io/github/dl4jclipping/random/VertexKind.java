package io.github.dl4jclipping.random;

import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;

/** The kinds of vertices, each behind trained branches of equal shape. */
enum VertexKind implements PieceKind {
  MERGE {
    @Override
    public boolean fits(Rank rank) {
      return rank != Rank.VOLUME;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new MergeVertex());
    }
  },
  ADD {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new ElementWiseVertex(ElementWiseVertex.Op.Add));
    }
  },
  SUBTRACT {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new ElementWiseVertex(ElementWiseVertex.Op.Subtract));
    }
  },
  PRODUCT {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new ElementWiseVertex(ElementWiseVertex.Op.Product));
    }
  },
  AVERAGE {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new ElementWiseVertex(ElementWiseVertex.Op.Average));
    }
  },
  MAX {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new ElementWiseVertex(ElementWiseVertex.Op.Max));
    }
  },
  RESIDUAL {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      String shortcut = assembly.layer(rank.projection(size), assembly.end());
      String layer = assembly.layer(rank.projection(size), shortcut);
      assembly.vertex(new ElementWiseVertex(ElementWiseVertex.Op.Add), shortcut, layer);
    }
  },
  STACK {
    @Override
    public boolean fits(Rank rank) {
      return rank != Rank.VOLUME;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      join(assembly, rank, size, new StackVertex());
      String shared = assembly.layer(rank.projection(size), assembly.end());
      String first = assembly.vertex(new UnstackVertex(0, 2), shared);
      String second = assembly.vertex(new UnstackVertex(1, 2), shared);
      assembly.vertex(new MergeVertex(), first, second);
    }
  },
  SUBSET {
    @Override
    public boolean fits(Rank rank) {
      return rank == Rank.ROW || rank == Rank.SEQUENCE;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      follow(assembly, rank, size + 1, new SubsetVertex(0, size - 1));
    }
  },
  L2_NORMALIZE {
    @Override
    public boolean fits(Rank rank) {
      return rank != Rank.VOLUME;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      // The default epsilon is 0 in HALF.
      follow(assembly, rank, size, new L2NormalizeVertex(null, 1e-3));
    }
  },
  SCALE {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      follow(assembly, rank, size, new ScaleVertex(1.7));
    }
  },
  SHIFT {
    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      follow(assembly, rank, size, new ShiftVertex(0.3));
    }
  },
  REVERSE {
    @Override
    public boolean fits(Rank rank) {
      return rank == Rank.SEQUENCE;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      follow(assembly, rank, size, new ReverseTimeSeriesVertex());
    }
  },
  ATTENTION {
    @Override
    public boolean fits(Rank rank) {
      return rank == Rank.SEQUENCE;
    }

    @Override
    public void addTo(Assembly assembly, Rank rank, int size) {
      String input = assembly.layer(rank.projection(size), assembly.end());
      GraphVertex attention =
          new AttentionVertex.Builder()
              .nInKeys(size)
              .nInValues(size)
              .nInQueries(size)
              .nOut(size)
              .nHeads(1)
              .projectInput(true)
              .build();
      assembly.vertex(attention, input, input, input);
    }
  };

  @Override
  public boolean fits(Rank rank) {
    return true;
  }

  @Override
  public boolean needsGraph() {
    return true;
  }

  private static void join(Assembly assembly, Rank rank, int size, GraphVertex vertex) {
    String input = assembly.end();
    String left = assembly.layer(rank.projection(size), input);
    String right = assembly.layer(rank.projection(size), input);
    assembly.vertex(vertex, left, right);
  }

  private static void follow(Assembly assembly, Rank rank, int size, GraphVertex vertex) {
    assembly.vertex(vertex, assembly.layer(rank.projection(size), assembly.end()));
  }
}
