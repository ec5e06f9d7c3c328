using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkerTracing;

/// <summary>
/// Writes a value as text: what has a text of its own as that text, collections and objects as JSON. The text is bounded in depth, in
/// members and in length, and neither getters nor <c>ToString</c> that throw make it fail.
/// </summary>
/// <remarks>
/// An object is written by its public properties and fields that are left after trimming. Sequences that are not collections are not read:
/// reading can change them.
/// </remarks>
internal sealed class ArgumentText
{
    private const int MaxLength = 1024;
    private const int MaxDepth = 4;
    private const int MaxMembers = 64;

    private readonly StringBuilder _text = new();

    private ArgumentText()
    {
    }

    private bool IsFull => _text.Length > MaxLength;

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to a ToString of the application: its failure is the text.")]
    public static string Of(object value)
    {
        try
        {
            return Cut((value is string own ? own : PlainText(value)) ?? StructureOf(value));
        }
        catch (Exception exception)
        {
            return FailureText(exception);
        }
    }

    private static string StructureOf(object value)
    {
        var text = new ArgumentText();
        text.Append(value, 0);
        return text._text.ToString();
    }

    /// <summary>Cuts between characters, never inside a surrogate pair.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= MaxLength)
            return text;
        return text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }

    private static string FailureText(Exception exception) => $"({exception.GetType().Name})";

    /// <summary>
    /// Gets the text of a value that has a format, of a value without members, and of all types of .NET itself: the getters of some of
    /// them, as of tasks, block or have effects. Null for collections and for objects.
    /// </summary>
    private static string? PlainText(object value) => value switch
    {
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable or IConvertible => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        JsonElement or JsonDocument or IEnumerable or ITuple when value is not Uri => null,
        _ when IsKeyValuePair(value.GetType()) => null,
        _ when IsOfTheSystem(value.GetType()) || !HasMembers(value.GetType()) => value.ToString() ?? "",
        _ => null,
    };

    private static bool IsOfTheSystem(Type type) =>
        type.Namespace is { } name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal));

    private static bool IsKeyValuePair(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to ToString and enumerators of the application.")]
    private void Append(object? value, int depth)
    {
        if (IsFull)
            return;
        try
        {
            AppendValue(value, depth);
        }
        catch (Exception exception)
        {
            AppendString(FailureText(exception));
        }
    }

    private void AppendValue(object? value, int depth)
    {
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                _text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case double or float when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                _text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case string text:
                AppendString(text);
                break;
            case byte[] bytes:
                AppendString(Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, MaxLength))));
                break;
            case JsonElement element:
                string raw = element.GetRawText();
                _text.Append(raw, 0, Math.Min(raw.Length, MaxLength + 1));
                break;
            case JsonDocument document:
                AppendValue(document.RootElement, depth);
                break;
            default:
                AppendStructure(value, depth);
                break;
        }
    }

    private void AppendStructure(object value, int depth)
    {
        if (PlainText(value) is { } plain)
            AppendString(plain);
        else if (depth >= MaxDepth)
            AppendString(value.GetType().Name);
        else if (value is IDictionary dictionary)
            AppendDictionary(dictionary, depth);
        else if (value is ITuple tuple)
            AppendItems(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), depth);
        else if (value is not IEnumerable items)
            AppendMembers(value, depth);
        else if (IsCollection(value))
            AppendItems(items, depth);
        else
            AppendString(value.GetType().Name);
    }

    private void AppendDictionary(IDictionary dictionary, int depth)
    {
        _text.Append('{');
        int count = 0;
        foreach (DictionaryEntry entry in dictionary)
        {
            if (IsFull || count == MaxMembers)
                break;
            AppendName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", count++);
            Append(entry.Value, depth + 1);
        }

        _text.Append('}');
    }

    private void AppendItems(IEnumerable items, int depth)
    {
        _text.Append('[');
        int count = 0;
        foreach (object? item in items)
        {
            if (IsFull || count == MaxMembers)
                break;
            if (count++ > 0)
                _text.Append(',');
            Append(item, depth + 1);
        }

        _text.Append(']');
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Members that were trimmed away are not recorded.")]
    private void AppendMembers(object value, int depth)
    {
        Type type = value.GetType();
        _text.Append('{');
        int count = 0;
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (IsFull || count == MaxMembers)
                break;
            if (!IsReadable(property))
                continue;
            AppendName(property.Name, count++);
            AppendProperty(property, value, depth);
        }

        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            if (IsFull || count == MaxMembers)
                break;
            AppendName(field.Name, count++);
            Append(field.GetValue(value), depth + 1);
        }

        _text.Append('}');
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to a getter of the application: its failure is the value.")]
    private void AppendProperty(PropertyInfo property, object owner, int depth)
    {
        object? value;
        try
        {
            value = property.GetValue(owner);
        }
        catch (Exception exception)
        {
            AppendString(FailureText(exception.InnerException ?? exception));
            return;
        }

        Append(value, depth + 1);
    }

    private void AppendName(string name, int index)
    {
        if (index > 0)
            _text.Append(',');
        AppendString(name);
        _text.Append(':');
    }

    private void AppendString(string text) =>
        _text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Cut(text))).Append('"');

    private static bool IsReadable(PropertyInfo property) =>
        property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0 && !property.PropertyType.IsByRefLike;

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Members that were trimmed away are not recorded.")]
    private static bool HasMembers(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Any(IsReadable)
        || type.GetFields(BindingFlags.Instance | BindingFlags.Public).Length > 0;

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A collection whose interfaces were trimmed away is not read.")]
    private static bool IsCollection(object value) =>
        value is ICollection || value.GetType().GetInterfaces().Any(static contract => contract.IsGenericType
            && (contract.GetGenericTypeDefinition() == typeof(ICollection<>)
                || contract.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>)));
}
