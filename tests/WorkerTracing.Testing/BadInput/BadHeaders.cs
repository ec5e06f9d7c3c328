using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace WorkerTracing.Testing;

/// <summary>Headers of W3C Trace Context and W3C Baggage: right, nearly right, and any bytes at all.</summary>
public static class BadHeaders
{
    private static readonly Gen<string> Noise = Gen.OneOf(
        Bad.Text,
        Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf().Select(static bytes => Encoding.Latin1.GetString(bytes)),
        Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf().Select(static bytes => Encoding.UTF8.GetString(bytes)));

    public static Gen<string?> TraceParent { get; } = OrNoise(
        from version in Mostly("00", "01", "ff", "0", "000", "0G", "")
        from trace in Mostly(
            "0af7651916cd43dd8448eb211c80319c",
            "00000000000000000000000000000000",
            "0AF7651916CD43DD8448EB211C80319C",
            "0af7651916cd43dd8448eb211c80319",
            "0af7651916cd43dd8448eb211c80319cc",
            "0af7651916cd43dd8448eb211c80319é",
            "")
        from span in Mostly(
            "b7ad6b7169203331",
            "0000000000000000",
            "B7AD6B7169203331",
            "b7ad6b716920333",
            "b7ad6b71692033311",
            "b7ad6b716920333\0",
            "")
        from flags in Mostly("01", "00", "ff", "1", "0x", "011", "")
        from dash in Mostly("-", "--", "_", " ", "–")
        from end in Mostly("", "-", "-extra", " ", "\n", ",00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        select string.Join(dash, version, trace, span, flags) + end);

    public static Gen<string?> TraceState { get; } = OrNoise(Members(
        from key in Gen.Elements("rojo", "congo", "a@b", "1a", "", "A", "ä", "k y", new string('k', 257), "rojo\n")
        from between in Mostly("=", "", "==", " = ")
        from value in Gen.Elements("00f067aa0ba902b7", "t61rcWkgMzE", "", " ", "a,b", "ü", "\0", "\r\nx: y", new string('v', 600))
        select key + between + value));

    public static Gen<string?> Baggage { get; } = OrNoise(Members(
        from key in Gen.Elements("tenant", "user id", "", "ключ", "%6b", "k\r\n", "k;p", new string('k', 5000))
        from between in Mostly("=", "", "==", " = ")
        from value in Gen.Elements(
            "acme",
            "",
            "%20",
            "%",
            "%zz",
            "%ff%fe",
            "%00",
            "%0d%0a",
            "a b",
            "é",
            "v;p=1;q",
            "=",
            "\ud800",
            new string('v', 5000))
        select key + between + value));

    /// <summary>A header where any value can stand, and not text alone.</summary>
    public static Gen<object?> OrAnything(Gen<string?> header, Gen<object?> anything)
        => Gen.Frequency((4, header.Select(static text => (object?)text)), (1, anything));

    private static Gen<string> Mostly(string right, params string[] wrong)
        => Gen.Frequency((12, Gen.Constant(right)), (1, Gen.Elements(wrong)));

    private static Gen<string> Members(Gen<string> member) =>
        from members in member.ListOf()
        from comma in Mostly(",", ", ", ",,", ";", "\n")
        select string.Join(comma, members);

    private static Gen<string?> OrNoise(Gen<string> grammar) =>
        Gen.Frequency(
            (6, grammar.Select(static text => (string?)text)),
            (2, Noise.Select(static text => (string?)text)),
            (1, Gen.Elements<string?>(null, "", Bad.Megabyte)));
}
