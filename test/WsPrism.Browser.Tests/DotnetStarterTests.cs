namespace WsPrism.Browser.Tests;

/// <summary>The starter with the backend for .NET, which is compiled when it is started.</summary>
public sealed class DotnetStarterTests(ChromiumFixture chromium) : StarterTests(chromium, "dotnet");
