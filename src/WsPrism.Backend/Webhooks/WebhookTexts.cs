namespace WsPrism.Backend.Webhooks;

/// <summary>What clients are told beside the error codes: nothing about the backend.</summary>
internal static class WebhookTexts
{
    public const string Unavailable = "The service is not available; try again later.";
    public const string Timeout = "The service did not answer in time; it may have acted on the message.";
    public const string Failed = "The service failed on this message.";
    public const string Refused = "The service refused the message.";
}
