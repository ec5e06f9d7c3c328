using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>The expected texts are what openai-agents 0.22.0 for Python makes of the same values.</summary>
public sealed class FieldLimitTests
{
    [TestCase("\"abcdefghijklmnopqrstuvwxyz\"", 28, "\"abcdefghijklmnopqrstuvwxyz\"")]
    [TestCase("\"abcdefghijklmnopqrstuvwxyz\"", 20, "\"ab... [truncated]\"")]
    [TestCase("\"abcdefghijklmnopqrstuvwxyz\"", 17, "\"... [truncated]\"")]
    [TestCase("\"abcdefghijklmnopqrstuvwxyz\"", 16, "\"\"")]
    [TestCase("\"aaaaaaaaaaaaaaaaaaaa😀😀😀😀😀😀😀😀😀😀😀😀\"", 40, "\"aaaaaaaaaa... [truncated]\"")]
    [TestCase("\"😀😀😀😀😀😀😀😀😀😀😀😀aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 60, "\"😀😀😀😀😀😀😀😀😀😀... [truncated]\"")]
    [TestCase(@"""\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n""", 40, @"""\n\n\n\n\n\n\n\n\n\n\n... [truncated]""")]
    [TestCase("""[{"a":"xxxxxxxxxx"},{"b":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"},7,null]""", 40, """[{"a":"xxxxxxxxxx"},{"b":""},7,null]""")]
    [TestCase("[1,22,333,4444]", 8, "[1,22]")]
    [TestCase(
        """{"k1":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","k2":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","k3":true}""",
        60,
        """{"k1":"","k2":"bbbbbbbbbbbbbbbbb... [truncated]","k3":true}""")]
    [TestCase(
        """{"k1":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","k2":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}""",
        20,
        """{"k1":"","k2":""}""")]
    [TestCase(
        """[[["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]],["yyyyyyyyyyyyyyyyyyyy"]]""",
        45,
        """[[[""]],["yyyyyyyyyyyyyyyyyyyy"]]""")]
    [TestCase("""[{},"",[],1]""", 6, "[[],1]")]
    [TestCase("""{"longlonglonglonglonglonglonglonglonglong":"v","s":"wwwwwwwwwwwwwwwwwwww"}""", 30, """{"s":""}""")]
    public void Write_ValueAboveTheLimit_IsCutAsPythonCutsIt(string json, int max, string expected)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        using var output = new Utf8Buffer();
        using var index = JsonIndex.Of(text);
        new JsonCut(index, output).Write(text, 0, max);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo(expected));
    }

    [Test]
    public void Write_NumberLongerThanItsPreview_IsPreviewed()
    {
        byte[] text = Encoding.UTF8.GetBytes($"[1{new string('0', 120)},\"abc\"]");
        using var output = new Utf8Buffer();
        using var index = JsonIndex.Of(text);
        new JsonCut(index, output).Write(text, 0, 100);
        Assert.That(
            Encoding.UTF8.GetString(output.Written),
            Is.EqualTo("""[{"truncated":true,"original_type":"int","preview":"<int truncated>"},"abc"]"""));
    }

    [TestCase(99_998, 0, 100_000, "ea29324700e3cf8fb4f54463b10e824245af348cb78ffbc558455c494fde5d78")]
    [TestCase(99_999, 0, 99_998, "8939f70af9be15d796b59a3d18f59691b3bfce8f8a22d70ea9bdd2b3f3b1b771")]
    public void Apply_TextAtTheLimit_IsCutFromTheFirstByteAbove(int xs, int emoji, int size, string sha256)
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, new string('x', xs) + string.Concat(Enumerable.Repeat("😀", emoji)));
        FieldLimit.Apply(output, 0);
        AssertIs(output, size, sha256);
    }

    [Test]
    public void Apply_AsciiThenEmoji_NeverCutsACharacter()
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, new string('a', 90_000) + string.Concat(Enumerable.Repeat("😀", 20_000)));
        FieldLimit.Apply(output, 0);
        AssertIs(output, 64_711, "eea87a5022989b5b72f38525875f7ed9c7ebd5f20124d2cd73c368e93b27416a");
    }

    [Test]
    public void Apply_EmojiThenAscii_IsPythonsOwnResult()
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, string.Concat(Enumerable.Repeat("😀", 20_000)) + new string('a', 90_000));
        FieldLimit.Apply(output, 0);
        AssertIs(output, 100_000, "e79c3d96a4f05a98229ee920ee9d56fb8e54d841debdb37b057a64d4e4672df1");
    }

    [Test]
    public void Apply_TwoHundredMessages_KeepsTheirNumber()
    {
        using var output = new Utf8Buffer();
        new JsonValueWriter(output).TryWrite(
            Enumerable.Repeat(new Dictionary<string, object?> { ["role"] = "user", ["content"] = new string('m', 1000) }, 200).ToArray());
        FieldLimit.Apply(output, 0);
        AssertIs(output, 99_998, "c0f843d5769360d5d706d38bdbed42cf5d5a9fd510378bdbf76f9ebb89ecebae");
    }

    [Test]
    public void Apply_WhatWasWrittenBefore_IsLeftAlone()
    {
        using var output = new Utf8Buffer();
        output.Write("before:"u8);
        JsonString.Write(output, new string('x', 200_000));
        FieldLimit.Apply(output, 7);
        Assert.That(Encoding.UTF8.GetString(output.Written[..10]), Is.EqualTo("before:\"xx"));
        Assert.That(output.Length, Is.LessThanOrEqualTo(100_007));
    }

    /// <summary>Quadratic cutting would take hours over these; each is done within the test's own time.</summary>
    [Test]
    [CancelAfter(60_000)]
    public void Apply_FieldsOfMegabytes_AreCutInOnePass()
    {
        string[] fields =
        [
            $"[{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"x"}""", 200_000))}]",
            $"[{string.Join(',', Enumerable.Range(0, 1_000_000))}]",
            $"{{{string.Join(',', Enumerable.Range(0, 200_000).Select(static i => $"\"k{i}\":\"\""))}}}",
            $"{new string('[', 999)}\"{new string('x', 5_000_000)}\"{new string(']', 999)}",
            $"\"{string.Concat(Enumerable.Repeat("\\u0001é😀x", 1_000_000))}\"",
        ];
        foreach (string field in fields)
        {
            using var output = new Utf8Buffer();
            output.Write(Encoding.UTF8.GetBytes(field));
            FieldLimit.Apply(output, 0);
            Assert.That(output.Length, Is.LessThanOrEqualTo(FieldLimit.MaxBytes));
            Assert.That(JsonNode.Parse(output.Written, documentOptions: new() { MaxDepth = 1000 }), Is.Not.Null, "what is left is JSON");
        }
    }

    [Test]
    public async Task Export_LargeInputAndOutput_AreCutEachOnItsOwnAndNothingElseIs()
    {
        string large = new('x', 150_000);
        Activity span = SpanMaker.Ended(
            "execute_tool f",
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.call.arguments", large),
            ("gen_ai.tool.call.result", large),
            ("mcp.blob", large));
        JsonObject data = await Exports.DataOfAsync(span);
        Assert.Multiple(() =>
        {
            Assert.That((string?)data["input"], Has.Length.LessThan(100_000).And.EndsWith("... [truncated]"));
            Assert.That((string?)data["output"], Has.Length.LessThan(100_000).And.EndsWith("... [truncated]"));
            Assert.That((string?)data["mcp_data"]!["blob"], Has.Length.EqualTo(150_000));
        });
        JsonObject custom = await Exports.DataOfAsync(SpanMaker.Ended("custom", ("input", large)));
        Assert.That((string?)custom["data"]!["input"], Has.Length.EqualTo(150_000), "the data of a custom span is never cut");
    }

    [TestCase(double.NaN, """{"truncated":true,"original_type":"Double","preview":"<Double truncated>"}""")]
    [TestCase(new byte[] { 1, 2, 3 }, """{"truncated":true,"original_type":"Byte[]","preview":"<Byte[] bytes=3 truncated>"}""")]
    public async Task Export_FieldWithoutAJsonForm_IsPreviewed(object value, string expected)
    {
        JsonObject tool = await Exports.DataOfAsync(
            SpanMaker.Ended("execute_tool f", ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.call.arguments", value)));
        JsonObject chat = await Exports.DataOfAsync(
            SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.output.messages", value)));
        Exports.AssertSame(tool["input"], expected);
        Exports.AssertSame(chat["output"], expected);
    }

    private static void AssertIs(Utf8Buffer output, int size, string sha256)
    {
        Assert.That(output.Length, Is.EqualTo(size));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(output.Written)), Is.EqualTo(sha256));
    }
}
