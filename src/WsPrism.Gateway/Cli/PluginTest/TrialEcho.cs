using WsPrism.Services;

namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary>The service behind a filter that is tried: answers with what came through. Stateless, safe for all threads.</summary>
internal sealed class TrialEcho : IExtService
{
    public const string ServiceName = "echo";

    public string Name => ServiceName;

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("type"u8, message.Type);
        if (message.HasRoom)
        {
            json.WriteString("room"u8, message.Room);
        }

        if (!message.Data.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(message.Data, skipInputValidation: true);
        }

        json.WriteEndObject();
        context.Answer();
    }
}
