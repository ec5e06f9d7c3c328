using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace WorkerTracing.Testing.PublicApi;

/// <summary>
/// Writes the public API of an assembly, one line for each member, in C#'s words. What the compiler adds to every record is left out:
/// the word record says it. So are attributes.
/// </summary>
public static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append("\n{\n");
            foreach (string member in type.IsEnum ? Values(type) : Members(type))
                text.Append("    ").Append(member).Append('\n');
            text.Append("}\n\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Header(Type type)
    {
        bool isRecord = type.GetMethods(Declared).Any(method => method.Name is "<Clone>$" or "PrintMembers");
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (isRecord
                ? "record struct"
                : "struct"),
            _ => (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
                + (isRecord ? "record" : "class"),
        };

        Type[] inherited = type.BaseType?.GetInterfaces() ?? [];
        IEnumerable<string> bases = type.IsEnum ? [TypeNames.Of(Enum.GetUnderlyingType(type))] : type.GetInterfaces().Except(inherited)
            .Where(face => face.IsVisible).Select(face => TypeNames.Of(face)).Order(StringComparer.Ordinal);
        if (type.IsClass && type.BaseType != typeof(object))
            bases = bases.Prepend(TypeNames.Of(type.BaseType!));

        string after = string.Join(", ", bases);
        return $"public {kind} {type.Namespace}.{TypeNames.Of(type)}{(after.Length > 0 ? " : " + after : "")}";
    }

    private static IEnumerable<string> Values(Type type) =>
        Enum.GetValues(type).Cast<object>().Select(value => $"{value} = {Enum.Format(type, value, "d")},");

    private static IEnumerable<string> Members(Type type) =>
        [
            .. Lines(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily), Field),
            .. Lines(type.GetConstructors(Declared).Where(IsVisible), constructor =>
                $"{Access(constructor)}{type.Name.Split('`')[0]}({Parameters(constructor)});"),
            .. Lines(type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsVisible)), Property),
            .. Lines(type.GetEvents(Declared).Where(member => IsVisible(member.AddMethod!)), member =>
                $"{Access(member.AddMethod!)}event {TypeNames.Of(member.EventHandlerType!)} {member.Name};"),
            .. Lines(type.GetMethods(Declared).Where(method => IsVisible(method)
                && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))), Method),
        ];

    private static IEnumerable<string> Lines<TMember>(
        IEnumerable<TMember> members,
        Func<TMember, string> line) where TMember : MemberInfo =>
        members.Where(member => !IsGenerated(member)).Select(member => (member.Name, Line: line(member)))
            .OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Line, StringComparer.Ordinal)
            .Select(member => member.Line);

    private static string Field(FieldInfo field) =>
        (field.IsPublic ? "public " : "protected ") + (field.IsLiteral ? "const " : field.IsStatic ? "static " : "")
        + (field.IsInitOnly
            ? "readonly "
            : "") + $"{TypeNames.Of(field.FieldType, new NullabilityInfoContext().Create(field))} {field.Name}"
        + (field.IsLiteral ? $" = {TypeNames.Of(field.GetRawConstantValue(), field.FieldType)};" : ";");

    private static string Property(PropertyInfo property)
    {
        MethodInfo accessor = property.GetAccessors(true).First(IsVisible);
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string type = TypeNames.Of(property.PropertyType, new NullabilityInfoContext().Create(property));
        string name = property.GetIndexParameters().Length == 0 ? property.Name : $"this[{Parameters(property.GetIndexParameters())}]";
        string get = property.GetMethod is { } getter && IsVisible(getter) ? "get; " : "";
        string set = property.SetMethod is { } setter && IsVisible(setter) ? (IsInit(setter) ? "init; " : "set; ") : "";
        return $"{Access(accessor)}{required}{type} {name} {{ {get}{set}}}";
    }

    private static string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => TypeNames.Of(type)))}>"
            : "";
        string returned = TypeNames.Of(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter));
        return $"{Access(method)}{returned} {method.Name}{generic}({Parameters(method)});";
    }

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + Parameters(method.GetParameters());

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        string passing = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        string type = TypeNames.Of(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));
        return $"{passing}{type} {parameter.Name}"
            + (parameter.HasDefaultValue ? $" = {TypeNames.Of(parameter.RawDefaultValue, parameter.ParameterType)}" : "");
    }));

    private static string Access(MethodBase method)
    {
        if (method.DeclaringType!.IsInterface && !method.IsStatic)
            return "";

        string access = method.IsPublic ? "public " : "protected ";
        if (method.IsStatic)
            return access + "static ";
        if (method is MethodInfo { IsVirtual: true } info && info.GetBaseDefinition().DeclaringType != info.DeclaringType)
            return access + (info.IsFinal && !info.DeclaringType!.IsSealed ? "sealed override " : "override ");

        return access + (method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name is "EqualityContract" or "<Clone>$";

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
