namespace WsPrism.Gateway.Tests.Support;

/// <summary>By which transport a test's clients connect.</summary>
public enum Wire
{
    WebSocket,
    Tcp,
}
