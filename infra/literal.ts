/** Escapes the text for Terraform, which would interpret `${` and `%{`. */
export function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, '$&$&');
}
