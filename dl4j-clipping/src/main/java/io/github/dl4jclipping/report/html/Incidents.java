package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The first incidents and the last ones: those between are counted. */
final class Incidents {

  private static final int KEPT_AT_EACH_END = 10;

  private final List<Incident> kept = new ArrayList<>();
  private long count;

  void add(NonFiniteReport report) {
    count++;
    if (kept.size() == 2 * KEPT_AT_EACH_END) {
      kept.remove(KEPT_AT_EACH_END);
    }
    kept.add(Incident.of(count, report));
  }

  /** Learns what became of a step: the steps of other workers may come between. */
  void learn(ClipReport step) {
    for (int i = 0; i < kept.size(); i++) {
      Incident incident = kept.get(i);
      if (incident.outcome() == null && incident.report().iteration() == step.iteration()) {
        kept.set(i, incident.with(step.outcome()));
        return;
      }
    }
  }

  long count() {
    return count;
  }

  Optional<Incident> first() {
    return kept.stream().findFirst();
  }

  List<Incident> kept() {
    return List.copyOf(kept);
  }
}
