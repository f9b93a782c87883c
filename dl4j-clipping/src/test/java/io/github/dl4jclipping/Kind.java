package io.github.dl4jclipping;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/** DL4J's two kinds of networks, and what tests do to either; DL4J has no common type for it. */
public enum Kind {
  LAYERS,
  GRAPH;

  /** A dense layer and an output, without BatchNormalization: see {@link Networks#plainConf}. */
  public Model plain(IUpdater updater) {
    return this == LAYERS
        ? Networks.init(Networks.plainConf(Networks.conf(updater)))
        : Networks.init(Networks.plainGraphConf(Networks.conf(updater)));
  }

  /** The same in HALF. */
  public Model half(IUpdater updater) {
    return this == LAYERS
        ? Networks.init(Networks.plainConf(Networks.conf(updater).dataType(DataType.FLOAT16)))
        : Networks.init(Networks.plainGraphConf(Networks.conf(updater).dataType(DataType.FLOAT16)));
  }

  public static void fit(Model model, DataSet batch) {
    if (model instanceof MultiLayerNetwork network) {
      network.fit(batch);
    } else {
      ((ComputationGraph) model).fit(batch);
    }
  }

  /** Fits one batch for each seed. */
  public static void fit(Model model, long... seeds) {
    for (long seed : seeds) {
      fit(model, Networks.batch(7, seed));
    }
  }

  public static void setLearningRate(Model model, double rate) {
    if (model instanceof MultiLayerNetwork network) {
      network.setLearningRate(rate);
    } else {
      ((ComputationGraph) model).setLearningRate(rate);
    }
  }

  public static void setLearningRate(Model model, ISchedule schedule) {
    if (model instanceof MultiLayerNetwork network) {
      network.setLearningRate(schedule);
    } else {
      ((ComputationGraph) model).setLearningRate(schedule);
    }
  }

  /** Sets the rate of the first layer. */
  public static void setFirstLearningRate(Model model, double rate) {
    if (model instanceof MultiLayerNetwork network) {
      network.setLearningRate(0, rate);
    } else {
      ((ComputationGraph) model).setLearningRate("dense", rate);
    }
  }

  /** Sets the schedule of the first layer. */
  public static void setFirstLearningRate(Model model, ISchedule schedule) {
    if (model instanceof MultiLayerNetwork network) {
      network.setLearningRate(0, schedule);
    } else {
      ((ComputationGraph) model).setLearningRate("dense", schedule);
    }
  }

  public static void setUpdaterNull(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      network.setUpdater(null);
    } else {
      ((ComputationGraph) model).setUpdater(null);
    }
  }

  /** Returns DL4J's own copy. */
  public static Model copyOf(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.clone()
        : ((ComputationGraph) model).clone();
  }

  public static void addListener(Model model, TrainingListener listener) {
    if (model instanceof MultiLayerNetwork network) {
      network.addListeners(listener);
    } else {
      ((ComputationGraph) model).addListeners(listener);
    }
  }

  public static Object updater(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getUpdater()
        : ((ComputationGraph) model).getUpdater();
  }

  public static List<TrainingListener> listeners(Model model) {
    return List.copyOf(
        model instanceof MultiLayerNetwork network
            ? network.getListeners()
            : ((ComputationGraph) model).getListeners());
  }
}
