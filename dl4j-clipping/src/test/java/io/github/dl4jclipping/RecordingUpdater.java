package io.github.dl4jclipping;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.SgdUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/** SGD that keeps a copy of every gradient it is handed. */
public final class RecordingUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;

  private final Sgd sgd;
  private final transient List<INDArray> seen = new ArrayList<>();

  public RecordingUpdater(double learningRate) {
    this.sgd = new Sgd(learningRate);
  }

  /** Returns the gradients handed over since the last call, one for each updater block. */
  public List<INDArray> takeSeen() {
    List<INDArray> copy = List.copyOf(seen);
    seen.clear();
    return copy;
  }

  /** Returns the L2 norm, in double, of all gradients handed over since the last call. */
  public double takeNorm() {
    double sum = 0;
    for (INDArray array : takeSeen()) {
      sum += Math.pow(Networks.exactNorm(array), 2);
    }
    return Math.sqrt(sum);
  }

  @Override
  public long stateSize(long numParams) {
    return 0;
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray view, boolean initialize) {
    return recorder();
  }

  @Override
  public GradientUpdater<?> instantiate(Map<String, INDArray> state, boolean initialize) {
    return recorder();
  }

  private GradientUpdater<Sgd> recorder() {
    SgdUpdater updater = new SgdUpdater(sgd);
    return new GradientUpdater<>() {
      @Override
      public Sgd getConfig() {
        return sgd;
      }

      @Override
      public void setState(Map<String, INDArray> state, boolean initialize) {}

      @Override
      public Map<String, INDArray> getState() {
        return Map.of();
      }

      @Override
      public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {}

      @Override
      public void applyUpdater(INDArray gradient, int iteration, int epoch) {
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
          seen.add(gradient.dup());
        }
        updater.applyUpdater(gradient, iteration, epoch);
      }
    };
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod") // one recorder for all layers, clones included
  public IUpdater clone() {
    return this;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return sgd.getLearningRate(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    sgd.setLrAndSchedule(lr, schedule);
  }
}
