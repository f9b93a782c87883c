package io.github.dl4jclipping.internal.json;

import io.github.dl4jclipping.rule.NormSchedule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A schedule of DL4J's as a schedule of the bound on the norm. Immutable; two of DL4J's own are
 * equal if their JSON is, since not all of these know whether they are.
 */
public final class Dl4jSchedule implements NormSchedule {

  private static final long serialVersionUID = 1L;

  private final ISchedule schedule;

  /** Empty for a schedule of the user's own. */
  private final String json;

  public Dl4jSchedule(ISchedule schedule) {
    this.schedule = Objects.requireNonNull(schedule, "schedule must not be null");
    this.json = ScheduleJson.hasForm(schedule) ? ScheduleJson.toTree(schedule).toString() : "";
  }

  /**
   * Writes a schedule.
   *
   * @throws IllegalStateException if it is not DL4J's own
   */
  static JsonNode toTree(NormSchedule schedule) {
    if (schedule instanceof Dl4jSchedule dl4j) {
      return ScheduleJson.toTree(dl4j.schedule);
    }
    throw new IllegalStateException(
        "the schedule "
            + schedule
            + " of "
            + schedule.getClass().getName()
            + " has no JSON form: only DL4J's own schedules can be written into a configuration."
            + " Give the settings to the listener instead.");
  }

  @Override
  public double maxNorm(int iteration, int epoch) {
    return schedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Dl4jSchedule that
        && (json.isEmpty() ? schedule.equals(that.schedule) : json.equals(that.json));
  }

  @Override
  public int hashCode() {
    return json.isEmpty() ? schedule.hashCode() : json.hashCode();
  }

  @Override
  public String toString() {
    return json.isEmpty() ? schedule.toString() : json;
  }
}
