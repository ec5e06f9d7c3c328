using System.Collections;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

public sealed class JsonWritingTests
{
    [TestCase("plain", "\"plain\"")]
    [TestCase("", "\"\"")]
    [TestCase("\"\\/", "\"\\\"\\\\/\"")]
    [TestCase("\b\f\n\r\t\0\u001f", """
        "\b\f\n\r\t\u0000\u001f"
        """)]
    [TestCase("\u007f\u00a0\u2028\ufeff\ue000<>&'+`", "\"\u007f\u00a0\u2028\ufeff\ue000<>&'+`\"")]
    [TestCase("é漢😀𝄞", "\"é漢😀𝄞\"")]
    public void Write_Text_EscapesOnlyWhatJsonRequires(string text, string expected)
    {
        using var fromChars = new Utf8Buffer();
        JsonString.Write(fromChars, text);
        using var fromBytes = new Utf8Buffer();
        JsonString.Write(fromBytes, Encoding.UTF8.GetBytes(text));

        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(fromChars.Written), Is.EqualTo(expected));
            Assert.That(Encoding.UTF8.GetString(fromBytes.Written), Is.EqualTo(expected));
        });
    }

    [Test]
    public void Write_LoneSurrogate_IsReplaced()
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, "a\udc00b\ud83d\"\ude00");
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo("\"a\ufffdb\ufffd\\\"\ufffd\""));
    }

    [Test]
    public void Write_LongText_LosesNothingBetweenChunks()
    {
        string text = string.Concat(Enumerable.Repeat("ä😀\n漢", 50_000));
        using var output = new Utf8Buffer();
        JsonString.Write(output, text);
        Assert.That(JsonSerializer.Deserialize<string>(output.Written), Is.EqualTo(text));
    }

    [Test]
    public void Write_InvalidUtf8_IsRepaired()
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, [(byte)'a', 0xC3, (byte)'b']);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo("\"a\ufffdb\""));
    }

    // What Python's json.dumps writes for the same numbers.
    [TestCase(0.0, "0.0")]
    [TestCase(-0.0, "-0.0")]
    [TestCase(1.0, "1.0")]
    [TestCase(-12.5, "-12.5")]
    [TestCase(0.1, "0.1")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(0.00001, "1e-05")]
    [TestCase(1e-7, "1e-07")]
    [TestCase(1.5e-7, "1.5e-07")]
    [TestCase(123456789012345.0, "123456789012345.0")]
    [TestCase(1e15, "1000000000000000.0")]
    [TestCase(1234567890123456.5, "1234567890123456.5")]
    [TestCase(9999999999999998.0, "9999999999999998.0")]
    [TestCase(1e16, "1e+16")]
    [TestCase(1.2345e17, "1.2345e+17")]
    [TestCase(1e21, "1e+21")]
    [TestCase(1e100, "1e+100")]
    [TestCase(double.MaxValue, "1.7976931348623157e+308")]
    [TestCase(double.Epsilon, "5e-324")]
    public void TryWrite_Double_IsPythonsText(double value, string expected)
    {
        using var output = new Utf8Buffer();
        Assert.That(JsonNumber.TryWrite(output, value), Is.True);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo(expected));
    }

    [TestCase(0.2f, "0.2")]
    [TestCase(1e7f, "10000000.0")]
    [TestCase(16777216f, "16777216.0")]
    [TestCase(1e-5f, "1e-05")]
    public void TryWrite_Single_HasItsOwnShortestDigits(float value, string expected)
    {
        using var output = new Utf8Buffer();
        Assert.That(JsonNumber.TryWrite(output, value), Is.True);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo(expected));
    }

    [TestCase(" [ 1 , 2.50 , -0 , 1E5 ] ", "[1,2.50,-0,1E5]")]
    [TestCase("{ \"a\" : { } , \"b\" : [ ] , \"c\":[[],{}] }", """{"a":{},"b":[],"c":[[],{}]}""")]
    [TestCase(@"""\u00e9\/\u003c\ud83d\ude00\u007f""", "\"é/<😀\u007f\"")]
    [TestCase(@"""\u0001\u000a\u0022\u005c\n""", """
        "\u0001\n\"\\\n"
        """)]
    [TestCase(@"""\ud83d x \ude00""", "\"\ufffd x \ufffd\"")]
    [TestCase(@"""\ud83d\u0041""", "\"\ufffdA\"")]
    [TestCase(@"{""\u0061"":true,""b"":null}", """{"a":true,"b":null}""")]
    public void TryCopy_Json_TakesTheOneForm(string json, string expected)
    {
        using var output = new Utf8Buffer();
        Assert.That(JsonText.TryCopy(output, Encoding.UTF8.GetBytes(json)), Is.True);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[1,]")]
    [TestCase("[1] 2")]
    [TestCase("{'a':1}")]
    [TestCase("[NaN]")]
    [TestCase("\"\\x\"")]
    public void TryCopy_NoJson_WritesNothing(string json)
    {
        using var output = new Utf8Buffer();
        Assert.That(JsonText.TryCopy(output, Encoding.UTF8.GetBytes(json)), Is.False);
        Assert.That(output.Length, Is.Zero);
    }

    [Test]
    public void TryCopy_NestedWithoutEnd_IsNoJson()
    {
        using var output = new Utf8Buffer();
        Assert.That(JsonText.TryCopy(output, Encoding.UTF8.GetBytes(new string('[', 100_000))), Is.False);
    }

    [Test]
    public void WriteOrNull_EveryKindOfValue_IsWrittenAsJson()
    {
        using var document = JsonDocument.Parse("""{ "x" : "\u00e9" }""");
        Assert.Multiple(() =>
        {
            Assert.That(Written(null), Is.EqualTo("null"));
            Assert.That(Written(true), Is.EqualTo("true"));
            Assert.That(Written((byte)7), Is.EqualTo("7"));
            Assert.That(Written(long.MinValue), Is.EqualTo("-9223372036854775808"));
            Assert.That(Written(ulong.MaxValue), Is.EqualTo("18446744073709551615"));
            Assert.That(Written(1.10m), Is.EqualTo("1.10"));
            Assert.That(Written(BigInteger.Pow(10, 30)), Is.EqualTo("1000000000000000000000000000000"));
            Assert.That(Written((Half)0.5), Is.EqualTo("0.5"));
            Assert.That(Written('c'), Is.EqualTo("\"c\""));
            Assert.That(Written(DayOfWeek.Friday), Is.EqualTo("\"Friday\""));
            Assert.That(Written(new Guid("00112233-4455-6677-8899-aabbccddeeff")), Is.EqualTo("\"00112233-4455-6677-8899-aabbccddeeff\""));
            Assert.That(Written(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)), Is.EqualTo("\"2026-01-02T03:04:05.0000000Z\""));
            Assert.That(Written(TimeSpan.FromSeconds(1)), Is.EqualTo("\"00:00:01\""));
            Assert.That(Written(new Uri("https://x/y")), Is.EqualTo("\"https://x/y\""));
            Assert.That(Written(new byte[] { 1, 2, 3 }), Is.EqualTo("\"AQID\""));
            Assert.That(Written(new[] { 1, 2 }), Is.EqualTo("[1,2]"));
            Assert.That(Written(new HashSet<string> { "a" }), Is.EqualTo("[\"a\"]"));
            Assert.That(Written(new Dictionary<int, object?> { [1] = new[] { "x", null } }), Is.EqualTo("""{"1":["x",null]}"""));
            Assert.That(Written(new Dictionary<string, string?> { ["a"] = null }), Is.EqualTo("""{"a":null}"""));
            Assert.That(Written(new[] { KeyValuePair.Create("k", (object?)1) }), Is.EqualTo("""{"k":1}"""));
            Assert.That(Written(document.RootElement), Is.EqualTo("""{"x":"é"}"""));
            Assert.That(Written(document), Is.EqualTo("""{"x":"é"}"""));
            Assert.That(Written(new JsonObject { ["e"] = "😀" }), Is.EqualTo("""{"e":"😀"}"""));
            Assert.That(Written(new Described()), Is.EqualTo("\"described\""));
        });
    }

    [Test]
    public void WriteOrNull_WhatJsonCannotSay_CostsItsOwnPlaceAlone()
    {
        var cycle = new List<object?> { 1 };
        cycle.Add(cycle);
        cycle.Add(2);
        Assert.Multiple(() =>
        {
            Assert.That(Written(double.NaN), Is.EqualTo("null"));
            Assert.That(Written(new object[] { 1, double.PositiveInfinity, float.NaN, 2 }), Is.EqualTo("[1,null,null,2]"));
            Assert.That(Written(new Dictionary<string, object?> { ["a"] = double.NaN, ["b"] = 1 }), Is.EqualTo("""{"a":null,"b":1}"""));
            Assert.That(Written(new Dictionary<string, object?> { ["a"] = double.NaN, ["b"] = 1 }, drops: true), Is.EqualTo("""{"b":1}"""));
            Assert.That(Written(new object[] { double.NaN }, drops: true), Is.EqualTo("[null]"), "an array keeps its length");
            Assert.That(Written(cycle), Is.EqualTo("[1,null,2]"));
            Assert.That(Written(new object[] { new Throwing(), 1 }), Is.EqualTo("[null,1]"));
            Assert.That(Written(new object[] { ThrowingSequence(), 1 }), Is.EqualTo("[null,1]"));
            Assert.That(Written(new object[] { Endless(), 1 }), Is.EqualTo("[null,1]"));
            Assert.That(Written(default(JsonElement)), Is.EqualTo("null"));
        });
    }

    [Test]
    public void WriteOrNull_SameValueTwice_IsNoCycle()
    {
        int[] shared = [1];
        Assert.That(Written(new object[] { shared, shared }), Is.EqualTo("[[1],[1]]"));
    }

    [Test]
    public void WriteOrNull_NestedWithoutEnd_Ends()
    {
        object deepest = new object[] { 1 };
        for (int i = 0; i < 5_000; i++)
            deepest = new[] { deepest };
        Assert.That(Written(deepest), Does.Contain("null"), "what lies too deep is left out, and the stack holds");
    }

    [Test]
    public void WriteOrNull_EndlessSequencesOfEndlessSequences_AreGivenUp() =>
        Assert.That(Written(new object[] { new Bottomless(), 1 }), Is.EqualTo("[null,1]"));

    [Test]
    public void WriteOrNull_EndlessCollectionThatSaysItHasAnEnd_IsGivenUp() =>
        Assert.That(Written(new object[] { 1, new Liar() }), Is.EqualTo("[1,null]"));

    private static string Written(object? value, bool drops = false)
    {
        using var output = new Utf8Buffer();
        new JsonValueWriter(output) { DropsBadMembers = drops }.WriteOrNull(value);
        return Encoding.UTF8.GetString(output.Written);
    }

    private static IEnumerable ThrowingSequence()
    {
        yield return 1;
        throw new InvalidOperationException("in the middle");
    }

    private static IEnumerable Endless()
    {
        while (true)
            yield return 1;
    }

    private sealed class Bottomless : IEnumerable
    {
        public IEnumerator GetEnumerator()
        {
            while (true)
                yield return new Bottomless();
        }
    }

    private sealed class Liar : ICollection
    {
        public int Count => 2;

        public bool IsSynchronized => false;

        public object SyncRoot => this;

        public void CopyTo(Array array, int index) => throw new NotSupportedException();

        public IEnumerator GetEnumerator()
        {
            while (true)
                yield return new Liar();
        }
    }

    private sealed class Described
    {
        public override string ToString() => "described";
    }

    private sealed class Throwing
    {
        public override string ToString() => throw new InvalidOperationException();
    }
}
