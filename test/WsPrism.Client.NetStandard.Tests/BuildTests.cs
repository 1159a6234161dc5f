using System.Reflection;
using System.Runtime.Versioning;

namespace WsPrism.Client.Tests;

public sealed class BuildTests
{
    // All that runs here would prove nothing if it ran against another build.
    [Fact]
    public void What_is_tested_here_is_the_build_for_NET_Standard()
    {
        Assert.Equal(".NETStandard,Version=v2.1", FrameworkOf(typeof(WsPrismClient)));
        Assert.Equal(".NETStandard,Version=v2.1", FrameworkOf(typeof(Protocol.Hot.HotFrame)));
    }

    private static string? FrameworkOf(Type type) => type.Assembly.GetCustomAttribute<TargetFrameworkAttribute>()?.FrameworkName;
}
