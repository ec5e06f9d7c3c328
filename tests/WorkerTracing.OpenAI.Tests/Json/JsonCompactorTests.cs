using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>What is done in one pass and in place, beside the same done the plain way.</summary>
public sealed class JsonCompactorTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 3000 : 400).WithEndSize(60);

    private static readonly Gen<string> Space = Gen.Frequency((6, Gen.Constant("")), (1, Gen.Elements(" ", "\n", "\r\n\t ", "    ")));

    private static readonly Gen<string> Piece = Gen.Elements(
        "a", "text ", "é", "漢", "😀", "\u007f\u2028", "\\n", "\\\"", "\\\\", "\\/", "/", "\\b\\f\\r\\t",
        "\\u0041", "\\u00e9", "\\u000A", "\\u0022", "\\u005c", "\\u0001", "\\u001F",
        "\\ud83d\\ude00", "\\uD83D", "\\ude00", "\\ud83d\\u0041",
        "[", "]", "{", "}", ",", ":", "a much longer run of plain text that takes more than one vector to look at, ");

    private static readonly Gen<string> String = Piece.ArrayOf().Select(static pieces => $"\"{string.Concat(pieces)}\"");

    private static readonly Gen<string> Scalar = Gen.Frequency(
        (3, String), (2, Gen.Elements("0", "-0", "12", "-1.50", "1e5", "1E+05", "0.0e-7", "true", "false", "null")));

    private static readonly Gen<string> Value = Gen.Sized(static size => ValueOf(Math.Min(4, size / 8)));

    /// <summary>JSON text, and JSON text in which something went wrong.</summary>
    private static readonly Gen<string> Text =
        from json in Value
        from harm in Gen.Frequency((2, Gen.Constant("keep")), (1, Gen.Elements("remove", "insert", "end")))
        from place in Gen.Choose(0, int.MaxValue)
        from odd in Gen.Elements(
            "\"",
            "\\",
            ",",
            ":",
            "]",
            "}",
            "[",
            "{",
            "0",
            "-",
            ".",
            "e",
            "\n",
            "\0",
            "\\u12",
            "\\x",
            "é",
            "t",
            "\ufeff")
        select harm switch
        {
            "remove" => json.Remove(place % json.Length, 1),
            "insert" => json.Insert(place % json.Length, odd),
            "end" => json[..(place % json.Length)],
            _ => json,
        };

    [Test]
    public void TryCopy_AnyText_IsWhatAReaderMakesOfIt() => Prop.ForAll(Text.ToArbitrary(), static text =>
    {
        byte[] json = Encoding.UTF8.GetBytes(text);
        using var output = new Utf8Buffer();
        output.Write("before"u8);
        bool copied = JsonText.TryCopy(output, json);
        Assert.That(copied ? Encoding.UTF8.GetString(output.Written[6..]) : null, Is.EqualTo(PlainJson.Compact(json)), text);
        Assert.That(copied || output.Length == 6, "nothing is left of what is no JSON");
    }).Check(Thorough);

    [Test]
    public void Index_OfAnyJson_FindsWhatADocumentFinds() => Prop.ForAll(Value.ToArbitrary(), static text =>
    {
        using var json = new RecordedJson();
        JsonPart root = json.Read($"[{text}]");
        using var document = JsonDocument.Parse(json.Text.Written.ToArray());
        AssertSame(root, document.RootElement);
    }).Check(Thorough);

    [TestCase(1000, true)]
    [TestCase(1001, false)]
    public void TryCopy_Nested_IsJsonUpToTheLimit(int depth, bool expected)
    {
        string text = string.Concat(Enumerable.Repeat("[{\"a\":", depth / 2)) + (depth % 2 == 0 ? "1" : "[1]")
            + string.Concat(Enumerable.Repeat("}]", depth / 2));
        using var output = new Utf8Buffer();
        Assert.That(JsonText.TryCopy(output, Encoding.UTF8.GetBytes(text)), Is.EqualTo(expected));
        Assert.That(PlainJson.Compact(Encoding.UTF8.GetBytes(text)) is not null, Is.EqualTo(expected));
    }

    [Test]
    public void TryCopy_InvalidUtf8InAString_IsRepaired()
    {
        using var output = new Utf8Buffer();
        Assert.That(
            JsonText.TryCopy(output, [(byte)'[', (byte)'"', 0xC3, (byte)'\\', (byte)'/', 0xFF, (byte)'"', (byte)' ', (byte)']']),
            Is.True);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo("[\"\ufffd/\ufffd\"]"));
    }

    [Test]
    public void Write_AnyText_IsWhatCharacterByCharacterGives() => Prop.ForAll(AnyCharacters().ToArbitrary(), static text =>
    {
        using var output = new Utf8Buffer();
        JsonString.Write(output, text);
        Assert.That(Encoding.UTF8.GetString(output.Written), Is.EqualTo(PlainJson.Quote(text)));
    }).Check(Thorough);

    private static Gen<string> ValueOf(int depth) => depth == 0
        ? Scalar
        : Gen.Frequency(
            (2, Scalar),
            (2, from items in Padded(ValueOf(depth - 1)).ArrayOf(3) from space in Space select $"[{space}{string.Join(',', items)}]"),
            (2, from members in Member(ValueOf(depth - 1)).ArrayOf(
                3)
                from space in Space
                select $"{{{space}{string.Join(',', members)}}}"));

    private static Gen<string> Member(Gen<string> value) =>
        from name in Padded(String) from member in Padded(value) select $"{name}:{member}";

    private static Gen<string> Padded(Gen<string> value) =>
        from before in Space from text in value from after in Space select before + text + after;

    private static Gen<string> AnyCharacters() => Gen.Frequency(
            (4, Gen.Choose(0x20, 0x7e)), (1, Gen.Choose(0, 0x1f)), (1, Gen.Choose(0x80, 0xffff)), (1, Gen.Choose(0xd800, 0xdfff)))
        .Select(static unit => (char)unit).ArrayOf().Select(static units => new string(units));

    private static void AssertSame(JsonPart part, JsonElement element)
    {
        Assert.That(Encoding.UTF8.GetString(part.Text), Is.EqualTo(element.GetRawText()));
        var names = new List<string>();
        var values = new List<JsonElement>();
        if (element.ValueKind == JsonValueKind.Array)
            values.AddRange(element.EnumerateArray());
        if (element.ValueKind == JsonValueKind.Object)
        {
            names.AddRange(element.EnumerateObject().Select(static member => PlainJson.Quote(member.Name)));
            values.AddRange(element.EnumerateObject().Select(static member => member.Value));
        }

        int count = 0;
        foreach (JsonPart child in part)
        {
            if (names.Count > 0)
                Assert.That($"\"{Encoding.UTF8.GetString(child.Name)}\"", Is.EqualTo(names[count]));
            AssertSame(child, values[count++]);
        }
        Assert.That(count, Is.EqualTo(values.Count), "each child is found");
    }
}
