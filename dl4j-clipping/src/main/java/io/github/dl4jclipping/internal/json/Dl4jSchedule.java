package io.github.dl4jclipping.internal.json;

import io.github.dl4jclipping.rule.NormSchedule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Uses one of DL4J's schedules as a schedule of the bound on the norm. Immutable. Two of DL4J's own
 * schedules are equal if their JSON is equal, because not all of them implement {@code equals}.
 */
public final class Dl4jSchedule implements NormSchedule {

  private static final long serialVersionUID = 1L;

  private final ISchedule schedule;

  /** The JSON form; empty for a custom schedule. */
  private final String json;

  public Dl4jSchedule(ISchedule schedule) {
    this.schedule = Objects.requireNonNull(schedule, "schedule must not be null");
    this.json = ScheduleJson.hasForm(schedule) ? ScheduleJson.toTree(schedule).toString() : "";
  }

  /**
   * Writes a schedule.
   *
   * @throws IllegalStateException if the schedule is not one of DL4J's own
   */
  static JsonNode toTree(NormSchedule schedule) {
    if (schedule instanceof Dl4jSchedule dl4j) {
      return ScheduleJson.toTree(dl4j.schedule);
    }
    throw new IllegalStateException(
        "The schedule "
            + schedule
            + " of "
            + schedule.getClass().getName()
            + " has no JSON form: only DL4J's own schedules can be written to a configuration."
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
