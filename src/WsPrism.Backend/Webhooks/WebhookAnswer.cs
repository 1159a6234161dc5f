namespace WsPrism.Backend.Webhooks;

/// <summary>How one request ended. <see cref="Status"/> is 0 where there was no HTTP answer; <see cref="Body"/> is that of a 2xx.</summary>
internal readonly record struct WebhookAnswer(WebhookOutcome Outcome, int Status, ReadOnlyMemory<byte> Body)
{
    public WebhookAnswer(WebhookOutcome outcome, int status = 0)
        : this(outcome, status, default)
    {
    }
}
