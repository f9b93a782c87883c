package io.github.dl4jclipping.random;

import java.util.function.Supplier;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's updaters; their default epsilons are 0 in HALF, where most then divide by 0. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them
enum UpdaterKind {
  SGD(() -> new Sgd(0.05)),
  NESTEROVS(() -> new Nesterovs(0.02, 0.9)),
  ADAM(() -> new Adam(1e-2, 0.9, 0.999, 1e-3)),
  ADA_MAX(() -> new AdaMax(1e-2, 0.9, 0.999, 1e-3)),
  NADAM(() -> new Nadam(1e-2, 0.9, 0.999, 1e-3)),
  AMS_GRAD(() -> new AMSGrad(1e-2, 0.9, 0.999, 1e-3)),
  ADA_GRAD(() -> new AdaGrad(1e-2, 1e-3)),
  ADA_DELTA(() -> new AdaDelta(0.95, 1e-3)),
  RMS_PROP(() -> new RmsProp(1e-2, 0.95, 1e-3)),
  NO_OP(NoOp::new);

  private final Supplier<IUpdater> maker;

  UpdaterKind(Supplier<IUpdater> maker) {
    this.maker = maker;
  }

  IUpdater make() {
    return maker.get();
  }
}
