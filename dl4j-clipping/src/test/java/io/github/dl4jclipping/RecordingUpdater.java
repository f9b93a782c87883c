package io.github.dl4jclipping;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/** An updater, SGD unless told otherwise, that keeps a copy of every gradient it is handed. */
public final class RecordingUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;

  private final IUpdater wrapped;
  private final transient List<INDArray> seen = new ArrayList<>();

  public RecordingUpdater(double learningRate) {
    this(new Sgd(learningRate));
  }

  public RecordingUpdater(IUpdater wrapped) {
    this.wrapped = wrapped;
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
    return wrapped.stateSize(numParams);
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray view, boolean initialize) {
    return recorder(wrapped.instantiate(view, initialize));
  }

  @Override
  public GradientUpdater<?> instantiate(Map<String, INDArray> state, boolean initialize) {
    return recorder(wrapped.instantiate(state, initialize));
  }

  private GradientUpdater<?> recorder(GradientUpdater<?> updater) {
    return new GradientUpdater<IUpdater>() {
      @Override
      public IUpdater getConfig() {
        return updater.getConfig();
      }

      @Override
      public void setState(Map<String, INDArray> state, boolean initialize) {
        updater.setState(state, initialize);
      }

      @Override
      public Map<String, INDArray> getState() {
        return updater.getState();
      }

      @Override
      public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
        updater.setStateViewArray(view, shape, order, initialize);
      }

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
    return wrapped.getLearningRate(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return wrapped.hasLearningRate();
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    wrapped.setLrAndSchedule(lr, schedule);
  }
}
