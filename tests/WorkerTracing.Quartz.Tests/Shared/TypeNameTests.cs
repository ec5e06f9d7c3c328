using System.Reflection;

namespace WorkerTracing.Quartz.Tests;

public sealed class TypeNameTests
{
    [TestCase(typeof(Version), "Version")]
    [TestCase(typeof(int[]), "Int32[]")]
    [TestCase(typeof(List<Version>[,]), "List<Version>[,]")]
    [TestCase(typeof(Dictionary<string, List<int>>), "Dictionary<String, List<Int32>>")]
    [TestCase(typeof(Plain), "TypeNameTests.Plain")]
    [TestCase(typeof(Outer<int>.Inner), "TypeNameTests.Outer<Int32>.Inner")]
    [TestCase(typeof(Outer<int>.Inner<string[]>), "TypeNameTests.Outer<Int32>.Inner<String[]>")]
    [TestCase(typeof(Outer<Plain>), "TypeNameTests.Outer<TypeNameTests.Plain>")]
    [TestCase(typeof(Outer<>.Inner<>), "TypeNameTests.Outer<T>.Inner<TInner>")]
    [TestCase(typeof(List<>), "List<T>")]
    [TestCase(typeof(FileLocal), "FileLocal")]
    [TestCase(typeof(FileLocal<int>), "FileLocal<Int32>")]
    public void Of_Type_IsWrittenAsInCSharp(Type type, string expected) => Assert.That(TypeName.Of(type), Is.EqualTo(expected));

    [Test]
    public void Of_ClosedGenericMethods_DifferByTheirArguments()
    {
        MethodInfo method = typeof(Plain).GetMethod(nameof(Plain.Generic))!;

        Assert.Multiple(() =>
        {
            Assert.That(
                TypeName.Of(typeof(Plain), method.MakeGenericMethod(typeof(int), typeof(Outer<string>))),
                Is.EqualTo("TypeNameTests.Plain.Generic<Int32, TypeNameTests.Outer<String>>"));
            Assert.That(
                TypeName.Of(typeof(Plain), method.MakeGenericMethod(typeof(long), typeof(int))),
                Is.EqualTo("TypeNameTests.Plain.Generic<Int64, Int32>"));
        });
    }

    [Test]
    public void Of_MethodOfABaseType_NamesTheTypeThatItIsCalledOn()
    {
        MethodInfo method = typeof(Derived).GetMethod(nameof(Plain.Ordinary))!;

        Assert.That(TypeName.Of(typeof(Derived), method), Is.EqualTo("TypeNameTests.Derived.Ordinary"));
    }

    private class Plain
    {
        public static void Generic<TFirst, TSecond>()
        {
        }

        public void Ordinary()
        {
        }
    }

    private sealed class Derived : Plain;

    private sealed class Outer<T>
    {
        public sealed class Inner;

        public sealed class Inner<TInner>;
    }
}

file sealed class FileLocal;

file sealed class FileLocal<T>;
