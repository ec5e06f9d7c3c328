using System.Reflection;
using System.Text;

namespace WorkerTracing;

/// <summary>
/// Writes the names of types and methods for <c>workflow.task.name</c>, as C# writes them and without namespaces:
/// <c>Outer.Handler&lt;Order&gt;.Run&lt;Int32&gt;</c>. The names depend on the code alone, so their number is bounded, and different
/// closed generic types and methods have different names.
/// </summary>
internal static class TypeName
{
    /// <summary>Gets the name of a type.</summary>
    public static string Of(Type type)
    {
        if (!type.IsNested && !type.IsGenericType && !type.HasElementType)
            return SimpleName(type);

        var text = new StringBuilder();
        Append(text, type);
        return text.ToString();
    }

    /// <summary>Gets the name of a method on the type that it is called on, which can derive from the type that declares it.</summary>
    public static string Of(Type type, MethodInfo method)
    {
        if (!method.IsGenericMethod)
            return $"{Of(type)}.{method.Name}";

        StringBuilder text = new StringBuilder(Of(type)).Append('.').Append(method.Name);
        AppendArguments(text, method.GetGenericArguments());
        return text.ToString();
    }

    private static void Append(StringBuilder text, Type type)
    {
        if (type.IsGenericParameter)
        {
            text.Append(type.Name);
        }
        else if (type.GetElementType() is { } element)
        {
            Append(text, element);
            text.Append(type.Name.AsSpan(element.Name.Length)); // "[]" or "[,]"
        }
        else
        {
            AppendWithDeclaringTypes(text, type, type.GetGenericArguments());
        }
    }

    /// <summary>
    /// Appends <c>Outer&lt;A&gt;.Inner&lt;B&gt;</c>. A nested type has the arguments of its declaring types before its own; a declaring
    /// type is always the open definition.
    /// </summary>
    private static void AppendWithDeclaringTypes(StringBuilder text, Type type, Type[] arguments)
    {
        int declared = 0;
        if (type.DeclaringType is { } declaring)
        {
            AppendWithDeclaringTypes(text, declaring, arguments);
            text.Append('.');
            declared = declaring.GetGenericArguments().Length;
        }

        text.Append(SimpleName(type));
        AppendArguments(text, arguments.AsSpan(declared..type.GetGenericArguments().Length));
    }

    private static void AppendArguments(StringBuilder text, ReadOnlySpan<Type> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            text.Append(i == 0 ? "<" : ", ");
            Append(text, arguments[i]);
        }

        if (!arguments.IsEmpty)
            text.Append('>');
    }

    /// <summary>
    /// Gets the name without the arity (<c>Handler`1</c>), and without the prefix of a file-local type (<c>&lt;File&gt;FHASH__Handler</c>):
    /// the hash depends on the machine that compiled the file.
    /// </summary>
    private static string SimpleName(Type type)
    {
        string name = type.Name;
        if (name.StartsWith('<') && name.Contains(">F", StringComparison.Ordinal)
            && name.IndexOf("__", StringComparison.Ordinal) is > 0 and int end)
            name = name[(end + 2)..];
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }
}
