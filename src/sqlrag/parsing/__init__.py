"""From the bytes of a file to text, language and chunks; nothing here touches the network."""
