package io.github.dl4jclipping.internal.json;

import java.util.Arrays;
import java.util.Iterator;
import java.util.TreeSet;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Checks the fields of a JSON object: every field must be present and of the right type, and none
 * may be unknown.
 */
public final class JsonFields {

  private JsonFields() {}

  /** Throws if a node is not an object, or does not have exactly these fields. */
  public static void require(JsonNode tree, String what, String... fields) {
    if (!tree.isObject()) {
      throw new IllegalArgumentException(
          what + " must be a JSON object, but was " + describe(tree));
    }
    TreeSet<String> missing = new TreeSet<>(Arrays.asList(fields));
    for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!missing.remove(name)) {
        throw new IllegalArgumentException(
            what
                + " has the unknown field \""
                + name
                + "\"; the known fields are "
                + Arrays.toString(fields));
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(what + " lacks the fields " + missing);
    }
  }

  public static double number(JsonNode node, String field) {
    if (!node.isNumber()) {
      throw new IllegalArgumentException(field + " must be a number, but was " + describe(node));
    }
    return node.doubleValue();
  }

  public static int integer(JsonNode node, String field) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new IllegalArgumentException(field + " must be an integer, but was " + describe(node));
    }
    return node.intValue();
  }

  public static boolean bool(JsonNode node, String field) {
    if (!node.isBoolean()) {
      throw new IllegalArgumentException(
          field + " must be true or false, but was " + describe(node));
    }
    return node.booleanValue();
  }

  public static String string(JsonNode node, String field) {
    if (!node.isTextual()) {
      throw new IllegalArgumentException(field + " must be a string, but was " + describe(node));
    }
    return node.textValue();
  }

  public static <E> E constant(JsonNode node, String field, Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> node.isTextual() && constant.toString().equals(node.textValue()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    field
                        + " must be one of "
                        + Arrays.toString(type.getEnumConstants())
                        + ", but was "
                        + describe(node)));
  }

  public static JsonNode array(JsonNode node, String field) {
    if (!node.isArray()) {
      throw new IllegalArgumentException(field + " must be an array, but was " + describe(node));
    }
    return node;
  }

  /**
   * Returns a value as text. For a nested value it names only the type, because nesting could be
   * too deep to print.
   */
  public static String describe(JsonNode node) {
    return node.isContainerNode() && !isFlat(node)
        ? "a nested " + node.getNodeType()
        : node.toString();
  }

  private static boolean isFlat(JsonNode node) {
    for (JsonNode child : node) {
      if (child.isContainerNode()) {
        return false;
      }
    }
    return true;
  }
}
