using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace WorkerTracing.Testing;

/// <summary>Generates input that a tracer is not made for and must survive.</summary>
public static class Bad
{
    /// <summary>Text of every kind: empty, blank, with control characters, with half a surrogate pair, nearly JSON, long.</summary>
    public static Gen<string> Text { get; } = Gen.Frequency(
        (6, Gen.Elements(
            "", " ", "\t\r\n", "\0", "\u0001\u001f\u007f\u0085", "\ud800", "\udc00", "a\ud83d", "\udca9\ud83d",
            "\u2028\u2029\ufeff\ufffe\uffff", "e\u0301\u202e", "\"\\/\b", "</script>", "{", "[", "[1,]", "{\"a\":}", "{\"a\":1,\"a\":2}",
            "[\"\\ud800\"]", "{\"\\udc00\":\"\\u0000\"}", "[NaN]", "nullnull", "%00%ff%", "\u001b[2J", "😀",
            "{\"role\":\"user\",\"parts\":[{\"type\":\"text\"}]}", "[{\"role\":1,\"parts\":[null,1,[]]}]")),
        (3, Gen.Choose(0, 0xffff).Select(static unit => (char)unit).ArrayOf().Select(static units => new string(units))),
        (1, from unit in Gen.Elements("x", "é", "\ud800", "😀", "\0", "\"", "[")
            from length in Gen.Elements(1023, 1025, 99_999, 150_000)
            select string.Concat(Enumerable.Repeat(unit, length))));

    /// <summary>A megabyte.</summary>
    public static string Megabyte { get; } = new('é', 1 << 20);

    /// <summary>Values that an attribute is not meant to have, next to those that it is.</summary>
    public static Gen<object?> Value { get; } = Gen.Sized(static size => ValueOf(Math.Min(3, size / 20)));

    private static Gen<object?> ValueOf(int depth) => depth == 0
        ? Gen.Frequency((3, Text.Select(static text => (object?)text)), (5, Scalar), (2, Troublemaker))
        : Gen.Frequency(
            (2, ValueOf(0)),
            (2, ValueOf(depth - 1).ArrayOf(3).Select(static items => (object?)items)),
            (1, ValueOf(depth - 1).ArrayOf(2).Select(static items => (object?)new List<object?>(items))),
            (1, Text.ArrayOf(4).Select(static items => (object?)items.Append(null).ToArray())),
            (1, from key in Text
                from value in ValueOf(depth - 1)
                select (object?)new Dictionary<string, object?>
                {
                    [key] = value,
                    ["\ud800"] = 1,
                    ["\udbff"] = 2
                }),
            (1, from key in Scalar
                from value in ValueOf(depth - 1)
                select (object?)new Dictionary<object, object?>
                {
                    [key ?? ""] = value
                }),
            (1, ValueOf(depth - 1).Select(static value => (object?)Forever(value))));

    private static Gen<object?> Scalar { get; } = Gen.Elements<object?>(
        null, true, 'x', '\ud800', double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue,
        float.NaN, float.MaxValue, Half.NaN, Half.PositiveInfinity, decimal.MaxValue, decimal.MinValue,
        byte.MaxValue, sbyte.MinValue, short.MinValue, ushort.MaxValue, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue,
        nint.MinValue, nuint.MaxValue, Int128.MinValue, UInt128.MaxValue, BigInteger.Pow(10, 500),
        DateTime.MinValue, DateTime.MaxValue, DateTimeOffset.MaxValue, TimeSpan.MinValue,
        Guid.Empty, DayOfWeek.Friday, (DayOfWeek)99, new Uri("x", UriKind.Relative), CultureInfo.InvariantCulture,
        new byte[] { 0, 255 }, Array.Empty<object>(), new[] { double.NaN, 1 }, new float[] { float.NaN }, new decimal[] { 1.10m },
        new bool[2], new char[] { '\ud800' }, new int[2, 2], new long[] { long.MinValue }, new string?[] { null, "\udfff", "" },
        new object?[] { null, 1, "two", 3.0, new object() },
        default(JsonElement), JsonDocument.Parse("[1,{\"a\":\"\\ud800\"}]"), JsonNode.Parse("{\"a\":[1e400]}"),
        new KeyValuePair<string, object?>[] { new(null!, null), new("a", 1), new("a", 2) },
        new InvalidOperationException("\ud800"), typeof(Bad), (Action)(static () => { }));

    /// <summary>Values that throw, never end, contain themselves or are very deep.</summary>
    private static Gen<object?> Troublemaker { get; } = Gen.Elements<Func<object?>>(
            static () => new Unspeakable(), static () => new[] { new Unspeakable(), new Unspeakable() }, static () => Throwing(),
            static () => Forever(1), static () => Forever(Forever(2)), static () => new Bottomless(), static () => new Liar(),
            static () => Cycle(), static () => Deep(5_000), static () => Deep(100),
            static () => string.Concat(Enumerable.Repeat("[", 5_000).Concat(Enumerable.Repeat("]", 5_000))),
            static () => Disposed(), static () => new Dictionary<string, object?> { ["own"] = new Unspeakable(), ["nan"] = double.NaN })
        .Select(static make => make());

    private static IEnumerable<object> Throwing()
    {
        yield return 1;
        throw new InvalidOperationException("in the middle of the sequence");
    }

    private static IEnumerable<object?> Forever(object? element)
    {
        while (true)
            yield return element;
    }

    private static object[] Cycle()
    {
        object[] self = new object[2];
        self[0] = self;
        self[1] = new Dictionary<string, object> { ["self"] = self };
        return self;
    }

    private static object Deep(int levels)
    {
        object value = "bottom";
        for (int i = 0; i < levels; i++)
            value = i % 2 == 0 ? new[] { value } : new Dictionary<string, object> { ["x"] = value };
        return value;
    }

    private static JsonDocument Disposed()
    {
        var document = JsonDocument.Parse("{}");
        document.Dispose();
        return document;
    }
}
