package io.github.dl4jclipping.internal.json;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.PropertyAccessor;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Reads and writes DL4J's own schedules as JSON, with a name for each and never with its class. */
final class ScheduleJson {

  private static final String TYPE = "type";

  private static final String BASE = "baseSchedule";

  /** The field in which DL4J writes the class. */
  private static final String CLASS = "@class";

  private static final Map<String, Class<? extends ISchedule>> TYPES =
      new TreeMap<>(
          Map.of(
              "cycle", CycleSchedule.class,
              "exponential", ExponentialSchedule.class,
              "fixed", FixedSchedule.class,
              "inverse", InverseSchedule.class,
              "map", MapSchedule.class,
              "poly", PolySchedule.class,
              "ramp", RampSchedule.class,
              "sigmoid", SigmoidSchedule.class,
              "step", StepSchedule.class));

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
          .setVisibility(PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE);

  /** The largest depth of ramps inside ramps. */
  private static final int DEEPEST = 8;

  private ScheduleJson() {}

  /** Returns whether a schedule, and every schedule inside it, is one of DL4J's own. */
  static boolean hasForm(ISchedule schedule) {
    try {
      toTree(schedule);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /**
   * Writes a schedule.
   *
   * @throws IllegalStateException if the schedule is not one of DL4J's own
   */
  static JsonNode toTree(ISchedule schedule) {
    JsonNode tree;
    try {
      tree = MAPPER.valueToTree(schedule);
    } catch (IllegalArgumentException e) { // Jackson cannot write just any class
      throw noForm(schedule.getClass().getName(), e);
    }
    return named(tree);
  }

  /**
   * Reads a schedule.
   *
   * @throws IllegalArgumentException if the tree is not a schedule, or if fields are unknown or
   *     missing
   */
  static ISchedule fromTree(JsonNode tree) {
    try {
      ISchedule schedule = schedule(tree, 0);
      JsonNode written = toTree(schedule);
      if (!written.equals(ScheduleJson::compare, MAPPER.readTree(tree.toString()))) {
        throw new IllegalArgumentException(
            "A schedule must have exactly the fields of its type, as in "
                + written
                + ", but was "
                + JsonFields.describe(tree));
      }
      return schedule;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The schedule "
              + JsonFields.describe(tree)
              + " cannot be read: "
              + e.getOriginalMessage(),
          e);
    }
  }

  /** Treats 5, which JavaScript writes, and 5.0 as equal. */
  private static int compare(JsonNode one, JsonNode other) {
    boolean numbers = one.isNumber() && other.isNumber();
    boolean same = numbers ? one.doubleValue() == other.doubleValue() : one.equals(other);
    return same ? 0 : 1;
  }

  /** Reads ramps itself, because DL4J writes them but cannot read them. */
  private static ISchedule schedule(JsonNode tree, int depth) throws JsonProcessingException {
    if (depth <= DEEPEST && tree.path(TYPE).asText().equals("ramp")) {
      JsonFields.require(tree, "schedule ramp", TYPE, BASE, "numIter");
      return new RampSchedule(
          schedule(tree.get(BASE), depth + 1), JsonFields.integer(tree.get("numIter"), "numIter"));
    }
    return MAPPER.treeToValue(classed(tree), ISchedule.class);
  }

  private static JsonNode named(JsonNode tree) {
    return replaced(
        tree,
        0,
        CLASS,
        TYPE,
        name ->
            TYPES.entrySet().stream()
                .filter(type -> type.getValue().getName().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> noForm(name, null)));
  }

  private static IllegalStateException noForm(String name, @Nullable Exception cause) {
    return new IllegalStateException(
        "The schedule "
            + name
            + " has no JSON form: only DL4J's own schedules can be written to a configuration."
            + " Give the settings to the listener instead.",
        cause);
  }

  private static JsonNode classed(JsonNode tree) {
    return replaced(
        tree,
        0,
        TYPE,
        CLASS,
        name -> {
          Class<? extends ISchedule> type = TYPES.get(name);
          if (type == null) {
            throw new IllegalArgumentException(
                "schedule type must be one of " + TYPES.keySet() + ", but was " + name);
          }
          return type.getName();
        });
  }

  private interface Naming {
    String of(String name);
  }

  /** Replaces one field by another in a schedule and in the schedules inside it. */
  private static JsonNode replaced(
      JsonNode tree, int depth, String from, String to, Naming naming) {
    if (!tree.isObject() || depth > DEEPEST) {
      throw new IllegalArgumentException(
          "A schedule must be a JSON object with at most "
              + DEEPEST
              + " schedules inside each other, but was "
              + JsonFields.describe(tree));
    }
    ObjectNode result = MAPPER.createObjectNode();
    result.put(to, naming.of(tree.path(from).asText()));
    for (Iterator<Map.Entry<String, JsonNode>> fields = tree.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getKey().equals(to)) {
        throw new IllegalArgumentException("A schedule has the unknown field \"" + to + "\".");
      }
      if (!field.getKey().equals(from)) {
        boolean inner = field.getKey().equals(BASE);
        result.set(
            field.getKey(),
            inner ? replaced(field.getValue(), depth + 1, from, to, naming) : field.getValue());
      }
    }
    return result;
  }
}
