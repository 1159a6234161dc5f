using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Answers;

/// <summary>What an answer is measured by: whose service it is, and how long what clients get may be.</summary>
internal readonly record struct AnswerRules(byte[] Svc, int MaxMessageBytes, int MaxHotBytes, int MaxReplyBytes)
{
    // {"v":1,"svc":"sys","type":"ack","id":,"data":}
    private const int AroundReply = 46;

    /// <summary>The rules of a tenant for an answer to a message with this <c>id</c>.</summary>
    public static AnswerRules For(TenantSnapshot tenant, byte[] svc, int idTokenLength)
    {
        var max = ServerPublisher.MaxMessageBytes(tenant);
        return new AnswerRules(svc, max, ServerPublisher.MaxHotBytes(tenant), max - AroundReply - idTokenLength);
    }
}
