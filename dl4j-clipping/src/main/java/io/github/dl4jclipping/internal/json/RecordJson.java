package io.github.dl4jclipping.internal.json;

import io.github.dl4jclipping.norm.NamePattern;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.NormSchedule;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads and writes records of settings as JSON, with exactly one field for each component. An
 * infinite double is null.
 */
public final class RecordJson {

  /**
   * JSON names of components that have another name in Java, because {@code maxNorm} is a method of
   * every rule.
   */
  private static final Map<String, String> OTHER_NAMES = Map.of("bound", "maxNorm");

  private RecordJson() {}

  /** Adds a field for each component. */
  public static void put(ObjectNode tree, Record settings) {
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      tree.set(nameOf(component), value(valueOf(component, settings)));
    }
  }

  /**
   * Reads a record.
   *
   * @param what the name of the object in messages
   * @param others further known fields, which are not components of the record
   * @throws IllegalArgumentException if a field is unknown, missing or of the wrong type, or if a
   *     value is out of bounds
   */
  public static <R extends Record> R read(
      JsonNode tree, String what, Class<R> type, String... others) {
    RecordComponent[] components = type.getRecordComponents();
    JsonFields.require(
        tree,
        what,
        Stream.concat(Arrays.stream(others), Arrays.stream(components).map(RecordJson::nameOf))
            .toArray(String[]::new));
    Object[] values =
        Arrays.stream(components)
            .map(c -> read(c.getGenericType(), tree.get(nameOf(c)), nameOf(c)))
            .toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return create(type, types, values);
  }

  private static <R extends Record> R create(Class<R> type, Class<?>[] types, Object[] values) {
    try {
      Constructor<R> canonical = type.getDeclaredConstructor(types);
      return canonical.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no constructor of its components", e);
    }
  }

  private static String nameOf(RecordComponent component) {
    return OTHER_NAMES.getOrDefault(component.getName(), component.getName());
  }

  private static Object valueOf(RecordComponent component, Record settings) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private static JsonNode value(Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value instanceof Double number) {
      return Double.isInfinite(number) ? nodes.nullNode() : nodes.numberNode(number);
    }
    if (value instanceof Integer number) {
      return nodes.numberNode(number);
    }
    if (value instanceof Boolean flag) {
      return nodes.booleanNode(flag);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = nodes.arrayNode();
      list.forEach(element -> array.add(value(element)));
      return array;
    }
    if (value instanceof NormSchedule schedule) {
      return Dl4jSchedule.toTree(schedule);
    }
    if (value instanceof NormType type) {
      return List.of(NormType.L1, NormType.L2, NormType.INF).contains(type)
          ? nodes.textNode(type.toString())
          : nodes.numberNode(type.order());
    }
    if (value instanceof Record record && !(value instanceof NamePattern)) {
      ObjectNode tree = nodes.objectNode();
      put(tree, record);
      return tree;
    }
    return nodes.textNode(value.toString()); // a name, a pattern, a constant
  }

  private static Object read(Type type, JsonNode node, String field) {
    if (type instanceof ParameterizedType list) {
      List<Object> elements = new ArrayList<>();
      for (JsonNode element : JsonFields.array(node, field)) {
        elements.add(read(list.getActualTypeArguments()[0], element, field));
      }
      return elements;
    }
    return readOne((Class<?>) type, node, field);
  }

  private static Object readOne(Class<?> type, JsonNode node, String field) {
    if (type == double.class) {
      return node.isNull() ? Double.POSITIVE_INFINITY : JsonFields.number(node, field);
    }
    if (type == int.class) {
      return JsonFields.integer(node, field);
    }
    if (type == boolean.class) {
      return JsonFields.bool(node, field);
    }
    if (type == String.class) {
      return JsonFields.string(node, field);
    }
    if (type == NamePattern.class) {
      return new NamePattern(JsonFields.string(node, field));
    }
    if (type == NormType.class) {
      return normType(node, field);
    }
    if (type == NormSchedule.class) {
      return new Dl4jSchedule(ScheduleJson.fromTree(node));
    }
    if (type.isEnum()) {
      return JsonFields.constant(node, field, type);
    }
    String what = type.getSimpleName().toLowerCase(Locale.ROOT);
    return read(node, what, type.asSubclass(Record.class));
  }

  private static NormType normType(JsonNode node, String field) {
    if (node.isNumber()) {
      return NormType.p(node.doubleValue());
    }
    return Stream.of(NormType.L1, NormType.L2, NormType.INF)
        .filter(type -> node.isTextual() && type.toString().equals(node.textValue()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    field
                        + " must be L1, L2, INF or a number > 0, but was "
                        + JsonFields.describe(node)));
  }
}
