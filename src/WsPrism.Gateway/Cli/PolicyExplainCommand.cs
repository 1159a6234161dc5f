using System.CommandLine;
using System.Globalization;
using System.Text;
using WsPrism.Configuration;
using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Gateway.Cli;

/// <summary><c>wsprism policy explain</c>: what would happen to a message, and which line of the file says so.</summary>
internal static class PolicyExplainCommand
{
    public static Command Create()
    {
        var config = ConfigFile.CreateOption();
        var tenant = new Option<string>("--tenant", "-t") { Description = "The tenant whose policy is asked.", Required = true, HelpName = "ID" };
        var message = new Option<string?>("--message", "-m") { Description = "An envelope, for example '{\"svc\":\"chat\",\"type\":\"send\"}'.", HelpName = "JSON" };
        var hot = new Option<string?>("--hot") { Description = "A Hot route as two hexadecimal bytes, svc_id:opcode, for example 01:0a.", HelpName = "HH:HH" };
        var command = new DetailedCommand(
            "explain",
            "Print what a tenant's policy decides on a message, and the line of the file that made the decision.",
            """
            Examples:
              wsprism policy explain --tenant acme --message '{"svc":"chat","type":"send"}'
              wsprism policy explain --tenant acme --hot 01:0a

            It asks the very policy that the gateway runs, so the answer is what a client would get. Exit codes: 0 whatever the policy decides, 1 wrong configuration,
            2 wrong usage, or no such tenant.
            """)
        {
            config, tenant, message, hot,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(message) is null) == (result.GetResult(hot) is null))
            {
                result.AddError("give either --message or --hot");
            }
            else if (result.GetValue(hot) is { } route && !TryParseRoute(route, out _, out _))
            {
                result.AddError($"--hot wants two hexadecimal bytes like 01:0a, got '{route}'");
            }
        });
        command.SetAction(async (result, _) => await RunAsync(
            result.GetValue(config), result.GetValue(tenant)!, result.GetValue(message), result.GetValue(hot)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? file, string tenantId, string? message, string? hot)
    {
        var (result, name, _) = ConfigFile.Load(file);
        if (result.Config is null)
        {
            await ConfigFile.ReportAsync(result.Errors, name);
            return ExitCode.BadConfiguration;
        }

        var index = result.Config.Tenants.ToList().FindIndex(tenant => tenant.Id == tenantId);
        if (index < 0)
        {
            await Console.Error.WriteLineAsync($"{name}: there is no tenant \"{tenantId}\"; there is: {string.Join(", ", result.Config.Tenants.Select(tenant => tenant.Id))}");
            return ExitCode.BadUsage;
        }

        var explanation = new Explanation(result.Config.Tenants[index], $"tenants[{index}]", result.Source);
        await Console.Out.WriteAsync(message is not null ? explanation.OfMessage(message) : explanation.OfRoute(hot!));
        return ExitCode.Ok;
    }

    private static bool TryParseRoute(string text, out byte svcId, out byte opcode)
    {
        var parts = text.Split(':');
        opcode = 0;
        svcId = 0;
        return parts.Length == 2
            && byte.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out svcId)
            && byte.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out opcode);
    }

    // Asks the very policy that the gateway runs, then looks up in the file what it answered with.
    private sealed class Explanation(TenantConfig tenant, string path, ConfigSourceMap source)
    {
        private readonly PolicySnapshot _policy = new(tenant.Policy);

        public string OfMessage(string message)
        {
            var bytes = Encoding.UTF8.GetBytes(message);
            if (bytes.Length > tenant.Limits.MaxFrameBytes)
            {
                return Write($"message of {bytes.Length} bytes", "close", "1009", "too_large", "limits.max_frame_bytes", $"at most {tenant.Limits.MaxFrameBytes} bytes");
            }

            Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
            var error = EnvelopeReader.TryRead(bytes, scratch, out var envelope);
            if (error != ErrorCode.None)
            {
                return $"message   not an envelope\ndecision  reject {error.Text()}\nreason    {(error == ErrorCode.UnsupportedVersion ? PolicyReason.UnsupportedVersion : PolicyReason.Malformed).Name()} (the protocol's rule, not the configuration's)\n";
            }

            var route = $"{Encoding.UTF8.GetString(envelope.Svc)}:{Encoding.UTF8.GetString(envelope.Type)}";
            var verdict = _policy.AdmitExt(envelope.Svc, envelope.Type);
            var entry = _policy.ExtAllowlist.Find(envelope.Svc, envelope.Type);
            return Write($"ext {route}", verdict, "policy.ext_allowlist", entry, entry >= 0 ? tenant.Policy.ExtAllowlist[entry] : null);
        }

        public string OfRoute(string text)
        {
            _ = TryParseRoute(text, out var svcId, out var opcode);
            var frame = new HotFrame { SvcId = svcId, Opcode = opcode };
            var entry = _policy.HotAllowlist.Find(svcId, opcode);
            var answer = Write(
                $"hot svc_id {svcId}, opcode {opcode}", _policy.AdmitHot(frame, hasActiveRoom: true), "policy.hot_allowlist", entry,
                entry >= 0 ? tenant.Policy.HotAllowlist[entry] : null);
            var roomless = _policy.AdmitHot(frame, hasActiveRoom: false);
            if (roomless.Reason == PolicyReason.NoActiveRoom)
            {
                answer += $"but       reject NOT_IN_ROOM while the session has no active room: {At("policy.hot_requires_active_room")}\n";
            }

            var service = tenant.Services.Hot.TryGetValue(svcId, out var name) ? name : "none: UNKNOWN_SERVICE";
            return answer + $"service   {service}\n";
        }

        private string Write(string subject, PolicyVerdict verdict, string list, int entry, string? text)
        {
            if (verdict.Reason == PolicyReason.AlwaysAllowed)
            {
                return $"message   {subject}\ndecision  pass\nreason    always_allowed (the protocol's rule, not the configuration's)\n" + Rate();
            }

            return entry >= 0
                ? Write(subject, "pass", null, verdict.Reason.Name(), $"{list}[{entry}]", $"\"{text}\"") + Rate()
                : Write(subject, "reject", verdict.Code.Text(), verdict.Reason.Name(), list, "no entry allows it");
        }

        private string Write(string subject, string decision, string? code, string reason, string key, string what)
        {
            var shadow = _policy.IsShadow && decision != "pass" ? $"\nbut       passes, counted only: {At("policy.mode")} (shadow)" : string.Empty;
            return $"message   {subject}\ndecision  {decision}{(code is null ? string.Empty : " " + code)}\nreason    {reason}: {what}\nsource    {At(key)}{shadow}\n";
        }

        private string Rate() =>
            $"rate      {tenant.Policy.RateLimitRps}/s, burst {tenant.Policy.RateLimitBurst}, scope {tenant.Policy.RateLimitScope.ToString().ToLowerInvariant()}: {At("policy.rate_limit_rps")}\n";

        private string At(string key) => $"{source.Find($"{path}.{key}")} {path}.{key}";
    }
}
