using System.Globalization;
using System.Reflection;

namespace WorkerTracing.Testing.PublicApi;

/// <summary>Types, and the values that parameters default to, as C# writes them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <param name="type">The type.</param>
    /// <param name="nullability">What its place says of null; null where it says nothing, as in a list of interfaces.</param>
    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value, nullability) + "?";

        // An unconstrained T is as nullable as what takes its place: the metadata's answer for T and T? is the same.
        bool isNullable = !type.IsValueType && !type.IsGenericParameter && nullability?.ReadState == NullabilityState.Nullable;
        return Name(type, nullability) + (isNullable ? "?" : "");
    }

    public static string Of(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ when type.IsEnum => $"{type.Name}.{Enum.ToObject(type, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsArray)
            return Of(type.GetElementType()!, nullability?.ElementType) + "[]";
        if (type.IsGenericParameter)
            return type.Name;

        string name = Keywords.GetValueOrDefault(type) ?? (type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name);
        if (!type.IsGenericType)
            return name;

        IEnumerable<string> arguments = type.GetGenericArguments()
            .Select((argument, index) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }
}
