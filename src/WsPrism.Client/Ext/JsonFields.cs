namespace WsPrism.Client.Ext;

// Small objects of texts. Stateless.
internal static class JsonFields
{
    public static JsonData Of(string name, string value) => Of(name, value, null, null);

    public static JsonData Of(string name, string value, string? otherName, string? other)
    {
        ArgumentNullException.ThrowIfNull(value);
        return JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString(name, value);
            if (otherName is not null)
                writer.WriteString(otherName, other);
            writer.WriteEndObject();
        });
    }
}
